using System;
using System.Collections.Generic;
using System.Text.Json;

namespace Lamp.Onnx
{
    /// <summary>
    /// The optimisation step. The graph holds chain, decoder, objective, its gradient with respect to the noise, and
    /// Adam: one run is one step, and what it gives is what the next run starts from. Nothing is copied or allocated
    /// between steps: state and next state swap places.
    /// </summary>
    internal sealed unsafe class StepGraph : IDisposable
    {
        private readonly IntPtr _session;
        private readonly JsonElement _entry;
        private readonly List<(string Name, long[] Shape)> _inputList, _outputList;
        private readonly Dictionary<string, FloatTensor> _tensors = new Dictionary<string, FloatTensor>();
        private readonly Names _inputNames, _outputNames;
        private readonly IntPtr[] _inputs, _outputs;

        /// <summary>Opens the step of an export; every input holds its default, which asks for nothing.</summary>
        public StepGraph(Export export, int threads)
        {
            _entry = export.Entry("step");
            _session = OrtApi.OpenSession(export.Read(_entry), threads);
            _inputList = Export.Tensors(_entry, "inputs");
            _outputList = Export.Tensors(_entry, "outputs");
            foreach ((string name, long[] shape) in _inputList)
            {
                _tensors[name] = new FloatTensor(shape);
                Export.Fill(_entry, name, _tensors[name].Values);
            }
            foreach ((string name, long[] shape) in _outputList) _tensors[name] = new FloatTensor(shape);
            _inputNames = new Names(_inputList.ConvertAll(t => t.Name));
            _outputNames = new Names(_outputList.ConvertAll(t => t.Name));
            _inputs = new IntPtr[_inputList.Count];
            _outputs = new IntPtr[_outputList.Count];
        }

        /// <summary>Frames of the window.</summary>
        public int Frames => _entry.GetProperty("step").GetProperty("frames").GetInt32();

        /// <summary>Numbers of an input (<c>text</c>, <c>obstacle_position</c>, <c>state_noise</c>, ...).</summary>
        public Span<float> this[string name] => _tensors[name].Values;

        /// <summary>Place of a name in a list of the manifest.</summary>
        public int Index(string list, string name) => Export.Index(_entry, list, name);

        /// <summary>Start again from a noise: moments and best so far are forgotten.</summary>
        public void Restart(ReadOnlySpan<float> noise, int budget, float rate)
        {
            foreach ((string name, _) in _inputList)
            {
                if (name.StartsWith("state_", StringComparison.Ordinal)) Export.Fill(_entry, name, this[name]);
            }
            noise.CopyTo(this["state_noise"]);
            noise.CopyTo(this["start_noise"]);
            noise.CopyTo(this["state_best_noise"]);
            this["state_budget"][0] = budget;
            this["state_rate"][0] = rate;
        }

        /// <summary>One step.</summary>
        public void Step()
        {
            for (int i = 0; i < _inputs.Length; i++) _inputs[i] = _tensors[_inputList[i].Name].Handle;
            for (int i = 0; i < _outputs.Length; i++) _outputs[i] = _tensors[_outputList[i].Name].Handle;
            fixed (IntPtr* inputs = _inputs, outputs = _outputs)
            {
                OrtApi.Run(_session, _inputNames.Table, inputs, _inputs.Length,
                    _outputNames.Table, outputs, _outputs.Length);
            }
            for (int i = 0; i < _outputList.Count; i++)
            {
                string next = _outputList[i].Name, state = StateOf(next);
                (_tensors[state], _tensors[next]) = (_tensors[next], _tensors[state]);
            }
        }

        /// <summary>Free everything.</summary>
        public void Dispose()
        {
            OrtApi.CloseSession(_session);
            foreach (FloatTensor tensor in _tensors.Values) tensor.Dispose();
            _inputNames.Dispose();
            _outputNames.Dispose();
        }

        private readonly Dictionary<string, string> _stateNames = new Dictionary<string, string>();

        private string StateOf(string next)
        {
            if (!_stateNames.TryGetValue(next, out string? state))
            {
                state = "state_" + next.Substring("next_".Length);
                _stateNames[next] = state;
            }
            return state;
        }
    }
}
