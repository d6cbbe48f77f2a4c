using System;
using System.Runtime.InteropServices;
using System.Text;

namespace Lamp.Onnx
{
    /// <summary>A call of onnxruntime failed; the message is its own.</summary>
    public sealed class OrtException : Exception
    {
        /// <summary>With onnxruntime's message.</summary>
        public OrtException(string message) : base(message) { }
    }

    /// <summary>
    /// The few functions of onnxruntime's C API that the samples need. <c>OrtGetApiBase</c> is the library's only
    /// entry; the rest is a table of function pointers whose first 102 entries have not moved since version 1.
    /// With the managed package of onnxruntime none of this is needed; here nothing but the native library is.
    /// </summary>
    internal static unsafe class OrtApi
    {
        public const string Library = "onnxruntime"; // libonnxruntime.so, onnxruntime.dll, libonnxruntime.dylib
        private const uint Version = 1; // the oldest table: every later library gives it
        private const int Float = 1, Int64 = 7; // ONNXTensorElementDataType
        private const int ArenaAllocator = 1, DefaultMemory = 0;

        // Places in the table of functions.
        private const int ErrorMessage = 2, CreateEnv = 3, CreateSession = 8, RunSession = 9, CreateOptions = 10;
        private const int SetLogLevel = 22, SetThreads = 24, CreateTensor = 49, CpuMemory = 69;
        private const int ReleaseStatus = 93, ReleaseSession = 95, ReleaseValue = 96, ReleaseOptions = 100;

        [StructLayout(LayoutKind.Sequential)]
        private struct ApiBase
        {
            public delegate* unmanaged<uint, IntPtr*> GetApi;
            public delegate* unmanaged<IntPtr> GetVersionString;
        }

        [DllImport(Library, EntryPoint = "OrtGetApiBase")]
        private static extern ApiBase* OrtGetApiBase();

        private static readonly IntPtr* Table = Load();
        private static readonly IntPtr Env = MakeEnv();
        private static readonly IntPtr Memory = MakeMemory();

        /// <summary>Version of the native library.</summary>
        public static string NativeVersion => Marshal.PtrToStringAnsi(OrtGetApiBase()->GetVersionString()) ?? "?";

        /// <summary>A session from the bytes of an .onnx file; they may be freed afterwards.</summary>
        public static IntPtr OpenSession(byte[] model, int threads)
        {
            IntPtr options, session;
            Check(((delegate* unmanaged<IntPtr*, IntPtr>)Table[CreateOptions])(&options));
            try
            {
                Check(((delegate* unmanaged<IntPtr, int, IntPtr>)Table[SetThreads])(options, threads));
                Check(((delegate* unmanaged<IntPtr, int, IntPtr>)Table[SetLogLevel])(options, 3)); // errors only
                fixed (byte* bytes = model)
                {
                    Check(((delegate* unmanaged<IntPtr, void*, nuint, IntPtr, IntPtr*, IntPtr>)Table[CreateSession])(
                        Env, bytes, (nuint)model.Length, options, &session));
                }
            }
            finally
            {
                ((delegate* unmanaged<IntPtr, void>)Table[ReleaseOptions])(options);
            }
            return session;
        }

        /// <summary>A tensor over memory of the caller, which has to stay where it is until the tensor is released.</summary>
        public static IntPtr WrapFloats(float* data, int count, long[] shape) =>
            Wrap(data, (nuint)count * sizeof(float), shape, Float);

        /// <summary>As <see cref="WrapFloats"/>, for 64-bit integers.</summary>
        public static IntPtr WrapInts(long* data, int count, long[] shape) =>
            Wrap(data, (nuint)count * sizeof(long), shape, Int64);

        /// <summary>One run; results are written into the tensors given for them.</summary>
        public static void Run(IntPtr session, byte** inputNames, IntPtr* inputs, int inputCount,
            byte** outputNames, IntPtr* outputs, int outputCount)
        {
            var run = (delegate* unmanaged<IntPtr, IntPtr, byte**, IntPtr*, nuint, byte**, nuint, IntPtr*, IntPtr>)
                Table[RunSession];
            Check(run(session, IntPtr.Zero, inputNames, inputs, (nuint)inputCount, outputNames, (nuint)outputCount,
                outputs));
        }

        /// <summary>Free a session.</summary>
        public static void CloseSession(IntPtr session) =>
            ((delegate* unmanaged<IntPtr, void>)Table[ReleaseSession])(session);

        /// <summary>Free a tensor, not the memory it was made over.</summary>
        public static void CloseTensor(IntPtr tensor) =>
            ((delegate* unmanaged<IntPtr, void>)Table[ReleaseValue])(tensor);

        private static IntPtr* Load()
        {
            IntPtr* table = OrtGetApiBase()->GetApi(Version);
            if (table == null) throw new OrtException("onnxruntime does not offer version 1 of its C API");
            return table;
        }

        private static IntPtr MakeEnv()
        {
            IntPtr env;
            fixed (byte* name = Encoding.UTF8.GetBytes("lamp\0"))
            {
                Check(((delegate* unmanaged<int, byte*, IntPtr*, IntPtr>)Table[CreateEnv])(3, name, &env));
            }
            return env;
        }

        private static IntPtr MakeMemory()
        {
            IntPtr memory;
            Check(((delegate* unmanaged<int, int, IntPtr*, IntPtr>)Table[CpuMemory])(
                ArenaAllocator, DefaultMemory, &memory));
            return memory;
        }

        private static IntPtr Wrap(void* data, nuint bytes, long[] shape, int type)
        {
            IntPtr value;
            fixed (long* dims = shape)
            {
                var create = (delegate* unmanaged<IntPtr, void*, nuint, long*, nuint, int, IntPtr*, IntPtr>)
                    Table[CreateTensor];
                Check(create(Memory, data, bytes, dims, (nuint)shape.Length, type, &value));
            }
            return value;
        }

        private static void Check(IntPtr status)
        {
            if (status == IntPtr.Zero) return;
            IntPtr text = ((delegate* unmanaged<IntPtr, IntPtr>)Table[ErrorMessage])(status);
            string message = Marshal.PtrToStringAnsi(text) ?? "onnxruntime failed without a message";
            ((delegate* unmanaged<IntPtr, void>)Table[ReleaseStatus])(status);
            throw new OrtException(message);
        }
    }
}
