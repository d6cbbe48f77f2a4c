"""The two engines behind one interface: torch and onnxruntime."""
