// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    public sealed class GetServerInfoResponse : LampMessage
    {
        public string ServerVersion = string.Empty;
        /// <summary>Versions of the protocol the server speaks, both inclusive.</summary>
        public uint MinProtocolVersion;
        public uint MaxProtocolVersion;
        /// <summary>The trained model, its licence, what runs it ("onnx", "torch") and where ("cpu", "cuda:0").</summary>
        public string ModelName = string.Empty;
        public string ModelLicence = string.Empty;
        public string Engine = string.Empty;
        public string Device = string.Empty;
        /// <summary>Frames per second inside the model; any rate can be asked for.</summary>
        public float ModelFps;
        /// <summary>Longest clip of Generate and Optimize, seconds.</summary>
        public float MaxClipS;
        public Skeleton? Skeleton;
        private Skeleton? _spareSkeleton;

        /// <summary>Sets Skeleton and gives it, to be filled.</summary>
        public Skeleton SetSkeleton()
        {
            if (Skeleton == null)
            {
                Skeleton = _spareSkeleton ?? (_spareSkeleton = new Skeleton());
                Skeleton.Clear();
            }
            return Skeleton;
        }
        public Limits? Limits;
        private Limits? _spareLimits;

        /// <summary>Sets Limits and gives it, to be filled.</summary>
        public Limits SetLimits()
        {
            if (Limits == null)
            {
                Limits = _spareLimits ?? (_spareLimits = new Limits());
                Limits.Clear();
            }
            return Limits;
        }
        /// <summary>Live sessions now, and at most.</summary>
        public uint Sessions;
        public uint MaxSessions;

        public override void Clear()
        {
            ServerVersion = string.Empty;
            MinProtocolVersion = 0;
            MaxProtocolVersion = 0;
            ModelName = string.Empty;
            ModelLicence = string.Empty;
            Engine = string.Empty;
            Device = string.Empty;
            ModelFps = 0f;
            MaxClipS = 0f;
            Skeleton = null;
            Limits = null;
            Sessions = 0;
            MaxSessions = 0;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (ServerVersion.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(ServerVersion);
            }
            if (MinProtocolVersion != 0)
            {
                size += 1 + WireWriter.SizeOf(MinProtocolVersion);
            }
            if (MaxProtocolVersion != 0)
            {
                size += 1 + WireWriter.SizeOf(MaxProtocolVersion);
            }
            if (ModelName.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(ModelName);
            }
            if (ModelLicence.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(ModelLicence);
            }
            if (Engine.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(Engine);
            }
            if (Device.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(Device);
            }
            if (System.BitConverter.SingleToInt32Bits(ModelFps) != 0)
            {
                size += 1 + 4;
            }
            if (System.BitConverter.SingleToInt32Bits(MaxClipS) != 0)
            {
                size += 1 + 4;
            }
            if (Skeleton != null)
            {
                int nested = Skeleton.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (Limits != null)
            {
                int nested = Limits.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (Sessions != 0)
            {
                size += 1 + WireWriter.SizeOf(Sessions);
            }
            if (MaxSessions != 0)
            {
                size += 1 + WireWriter.SizeOf(MaxSessions);
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (ServerVersion.Length > 0)
            {
                writer.Varint(10);
                writer.String(ServerVersion);
            }
            if (MinProtocolVersion != 0)
            {
                writer.Varint(16);
                writer.Varint(MinProtocolVersion);
            }
            if (MaxProtocolVersion != 0)
            {
                writer.Varint(24);
                writer.Varint(MaxProtocolVersion);
            }
            if (ModelName.Length > 0)
            {
                writer.Varint(34);
                writer.String(ModelName);
            }
            if (ModelLicence.Length > 0)
            {
                writer.Varint(42);
                writer.String(ModelLicence);
            }
            if (Engine.Length > 0)
            {
                writer.Varint(50);
                writer.String(Engine);
            }
            if (Device.Length > 0)
            {
                writer.Varint(58);
                writer.String(Device);
            }
            if (System.BitConverter.SingleToInt32Bits(ModelFps) != 0)
            {
                writer.Varint(69);
                writer.Float(ModelFps);
            }
            if (System.BitConverter.SingleToInt32Bits(MaxClipS) != 0)
            {
                writer.Varint(77);
                writer.Float(MaxClipS);
            }
            if (Skeleton != null)
            {
                writer.Varint(82);
                writer.Varint((ulong)Skeleton.CachedSize);
                Skeleton.WriteTo(writer);
            }
            if (Limits != null)
            {
                writer.Varint(90);
                writer.Varint((ulong)Limits.CachedSize);
                Limits.WriteTo(writer);
            }
            if (Sessions != 0)
            {
                writer.Varint(96);
                writer.Varint(Sessions);
            }
            if (MaxSessions != 0)
            {
                writer.Varint(104);
                writer.Varint(MaxSessions);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 10: // ServerVersion
                        ServerVersion = reader.ReadString();
                        break;
                    case 16: // MinProtocolVersion
                        MinProtocolVersion = (uint)reader.ReadVarint();
                        break;
                    case 24: // MaxProtocolVersion
                        MaxProtocolVersion = (uint)reader.ReadVarint();
                        break;
                    case 34: // ModelName
                        ModelName = reader.ReadString();
                        break;
                    case 42: // ModelLicence
                        ModelLicence = reader.ReadString();
                        break;
                    case 50: // Engine
                        Engine = reader.ReadString();
                        break;
                    case 58: // Device
                        Device = reader.ReadString();
                        break;
                    case 69: // ModelFps
                        ModelFps = reader.ReadFloat();
                        break;
                    case 77: // MaxClipS
                        MaxClipS = reader.ReadFloat();
                        break;
                    case 82: // Skeleton
                        {
                            WireReader nested = reader.ReadNested();
                            SetSkeleton().MergeFrom(ref nested);
                        }
                        break;
                    case 90: // Limits
                        {
                            WireReader nested = reader.ReadNested();
                            SetLimits().MergeFrom(ref nested);
                        }
                        break;
                    case 96: // Sessions
                        Sessions = (uint)reader.ReadVarint();
                        break;
                    case 104: // MaxSessions
                        MaxSessions = (uint)reader.ReadVarint();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
