using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;

namespace Lamp.Onnx
{
    /// <summary>Numbers in native memory that onnxruntime reads and writes in place.</summary>
    internal sealed unsafe class FloatTensor : IDisposable
    {
        private readonly float* _data;

        /// <summary>A tensor of zeros.</summary>
        public FloatTensor(long[] shape)
        {
            long count = 1;
            foreach (long extent in shape) count = checked(count * extent);
            if (count <= 0 || count > int.MaxValue / sizeof(float))
                throw new ArgumentException($"a tensor of {count} numbers cannot be made; export with a fixed length");
            Count = (int)count;
            _data = (float*)Marshal.AllocHGlobal(Count * sizeof(float));
            Values.Clear();
            Handle = OrtApi.WrapFloats(_data, Count, shape);
        }

        /// <summary>How many numbers.</summary>
        public int Count { get; }

        /// <summary>The tensor for onnxruntime.</summary>
        public IntPtr Handle { get; }

        /// <summary>The numbers, row-major.</summary>
        public Span<float> Values => new Span<float>(_data, Count);

        /// <summary>Free both tensor and memory.</summary>
        public void Dispose()
        {
            OrtApi.CloseTensor(Handle);
            Marshal.FreeHGlobal((IntPtr)_data);
        }
    }

    /// <summary>Zero-terminated names in native memory.</summary>
    internal sealed unsafe class Names : IDisposable
    {
        private readonly byte** _table;

        /// <summary>Of inputs or outputs, in order.</summary>
        public Names(IReadOnlyList<string> names)
        {
            Count = names.Count;
            _table = (byte**)Marshal.AllocHGlobal(Count * sizeof(byte*));
            for (int i = 0; i < Count; i++)
            {
                byte[] text = Encoding.UTF8.GetBytes(names[i] + "\0");
                _table[i] = (byte*)Marshal.AllocHGlobal(text.Length);
                Marshal.Copy(text, 0, (IntPtr)_table[i], text.Length);
            }
        }

        /// <summary>How many.</summary>
        public int Count { get; }

        /// <summary>For onnxruntime.</summary>
        public byte** Table => _table;

        /// <summary>Free them.</summary>
        public void Dispose()
        {
            for (int i = 0; i < Count; i++) Marshal.FreeHGlobal((IntPtr)_table[i]);
            Marshal.FreeHGlobal((IntPtr)_table);
        }
    }
}
