// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>Accepts the session.</summary>
    public sealed class Welcome : LampMessage
    {
        /// <summary>Version of the protocol the server speaks.</summary>
        public uint ProtocolVersion;
        /// <summary>
        /// Names the session in logs; takes it up again after a broken stream (Hello.resume_token); an affinity key for load
        /// balancers.
        /// </summary>
        public string SessionToken = string.Empty;
        /// <summary>Rest offsets and radii are in the client's coordinate system.</summary>
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
        /// <summary>All that was asked for or left to defaults, as it holds now.</summary>
        public CoordinateSystem? CoordinateSystem;
        private CoordinateSystem? _spareCoordinateSystem;

        /// <summary>Sets CoordinateSystem and gives it, to be filled.</summary>
        public CoordinateSystem SetCoordinateSystem()
        {
            if (CoordinateSystem == null)
            {
                CoordinateSystem = _spareCoordinateSystem ?? (_spareCoordinateSystem = new CoordinateSystem());
                CoordinateSystem.Clear();
            }
            return CoordinateSystem;
        }
        /// <summary>True when the client's axes are right-handed.</summary>
        public bool RightHanded;
        public float Fps;
        public float HorizonS;
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
        /// <summary>Software version of the server.</summary>
        public string ServerVersion = string.Empty;
        /// <summary>Name and licence of the trained model: mind the licence before you ship.</summary>
        public string ModelName = string.Empty;
        public string ModelLicence = string.Empty;
        /// <summary>Where the model runs, such as "cpu" or "cuda:0".</summary>
        public string Device = string.Empty;
        /// <summary>The lost session was taken up again: its scene, revision and plans go on.</summary>
        public bool Resumed;
        /// <summary>Session time of the first frame that will come.</summary>
        public double StartTimeS;
        /// <summary>The newest revision the server knows: 0, or that of the session taken up again. Go on counting from it.</summary>
        public ulong SceneRevision;

        public override void Clear()
        {
            ProtocolVersion = 0;
            SessionToken = string.Empty;
            Skeleton = null;
            CoordinateSystem = null;
            RightHanded = false;
            Fps = 0f;
            HorizonS = 0f;
            Limits = null;
            ServerVersion = string.Empty;
            ModelName = string.Empty;
            ModelLicence = string.Empty;
            Device = string.Empty;
            Resumed = false;
            StartTimeS = 0d;
            SceneRevision = 0;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (ProtocolVersion != 0)
            {
                size += 1 + WireWriter.SizeOf(ProtocolVersion);
            }
            if (SessionToken.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(SessionToken);
            }
            if (Skeleton != null)
            {
                int nested = Skeleton.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (CoordinateSystem != null)
            {
                int nested = CoordinateSystem.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (RightHanded)
            {
                size += 1 + WireWriter.SizeOf(RightHanded ? 1UL : 0UL);
            }
            if (System.BitConverter.SingleToInt32Bits(Fps) != 0)
            {
                size += 1 + 4;
            }
            if (System.BitConverter.SingleToInt32Bits(HorizonS) != 0)
            {
                size += 1 + 4;
            }
            if (Limits != null)
            {
                int nested = Limits.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (ServerVersion.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(ServerVersion);
            }
            if (ModelName.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(ModelName);
            }
            if (ModelLicence.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(ModelLicence);
            }
            if (Device.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(Device);
            }
            if (Resumed)
            {
                size += 1 + WireWriter.SizeOf(Resumed ? 1UL : 0UL);
            }
            if (System.BitConverter.DoubleToInt64Bits(StartTimeS) != 0)
            {
                size += 1 + 8;
            }
            if (SceneRevision != 0)
            {
                size += 1 + WireWriter.SizeOf(SceneRevision);
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (ProtocolVersion != 0)
            {
                writer.Varint(8);
                writer.Varint(ProtocolVersion);
            }
            if (SessionToken.Length > 0)
            {
                writer.Varint(18);
                writer.String(SessionToken);
            }
            if (Skeleton != null)
            {
                writer.Varint(26);
                writer.Varint((ulong)Skeleton.CachedSize);
                Skeleton.WriteTo(writer);
            }
            if (CoordinateSystem != null)
            {
                writer.Varint(34);
                writer.Varint((ulong)CoordinateSystem.CachedSize);
                CoordinateSystem.WriteTo(writer);
            }
            if (RightHanded)
            {
                writer.Varint(40);
                writer.Varint(RightHanded ? 1UL : 0UL);
            }
            if (System.BitConverter.SingleToInt32Bits(Fps) != 0)
            {
                writer.Varint(53);
                writer.Float(Fps);
            }
            if (System.BitConverter.SingleToInt32Bits(HorizonS) != 0)
            {
                writer.Varint(61);
                writer.Float(HorizonS);
            }
            if (Limits != null)
            {
                writer.Varint(66);
                writer.Varint((ulong)Limits.CachedSize);
                Limits.WriteTo(writer);
            }
            if (ServerVersion.Length > 0)
            {
                writer.Varint(74);
                writer.String(ServerVersion);
            }
            if (ModelName.Length > 0)
            {
                writer.Varint(82);
                writer.String(ModelName);
            }
            if (ModelLicence.Length > 0)
            {
                writer.Varint(90);
                writer.String(ModelLicence);
            }
            if (Device.Length > 0)
            {
                writer.Varint(98);
                writer.String(Device);
            }
            if (Resumed)
            {
                writer.Varint(104);
                writer.Varint(Resumed ? 1UL : 0UL);
            }
            if (System.BitConverter.DoubleToInt64Bits(StartTimeS) != 0)
            {
                writer.Varint(113);
                writer.Double(StartTimeS);
            }
            if (SceneRevision != 0)
            {
                writer.Varint(120);
                writer.Varint(SceneRevision);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 8: // ProtocolVersion
                        ProtocolVersion = (uint)reader.ReadVarint();
                        break;
                    case 18: // SessionToken
                        SessionToken = reader.ReadString();
                        break;
                    case 26: // Skeleton
                        {
                            WireReader nested = reader.ReadNested();
                            SetSkeleton().MergeFrom(ref nested);
                        }
                        break;
                    case 34: // CoordinateSystem
                        {
                            WireReader nested = reader.ReadNested();
                            SetCoordinateSystem().MergeFrom(ref nested);
                        }
                        break;
                    case 40: // RightHanded
                        RightHanded = reader.ReadVarint() != 0;
                        break;
                    case 53: // Fps
                        Fps = reader.ReadFloat();
                        break;
                    case 61: // HorizonS
                        HorizonS = reader.ReadFloat();
                        break;
                    case 66: // Limits
                        {
                            WireReader nested = reader.ReadNested();
                            SetLimits().MergeFrom(ref nested);
                        }
                        break;
                    case 74: // ServerVersion
                        ServerVersion = reader.ReadString();
                        break;
                    case 82: // ModelName
                        ModelName = reader.ReadString();
                        break;
                    case 90: // ModelLicence
                        ModelLicence = reader.ReadString();
                        break;
                    case 98: // Device
                        Device = reader.ReadString();
                        break;
                    case 104: // Resumed
                        Resumed = reader.ReadVarint() != 0;
                        break;
                    case 113: // StartTimeS
                        StartTimeS = reader.ReadDouble();
                        break;
                    case 120: // SceneRevision
                        SceneRevision = reader.ReadVarint();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
