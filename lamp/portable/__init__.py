"""A bundle as self-contained ONNX files that an engine loads: weights inside, basic operators, opset 15.

Needs the ``onnx`` package (extra ``onnx``) and no torch: the graphs are those of the bundle.
"""
