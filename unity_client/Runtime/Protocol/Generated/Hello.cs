// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>Opens the session. Anything wrong in it ends the stream with INVALID_ARGUMENT and google.rpc.BadRequest details.</summary>
    public sealed class Hello : LampMessage
    {
        /// <summary>Version of this protocol the client speaks: 1. Another one ends the stream with FAILED_PRECONDITION.</summary>
        public uint ProtocolVersion;
        /// <summary>Axes and unit of everything in this session. Default: MODEL.</summary>
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
        /// <summary>Frames per second the server sends, 1 to 240. Default (0): 30.</summary>
        public float Fps;
        /// <summary>
        /// What the character does, in English, such as "a person walks forward". At most 512 characters. Empty: whatever the
        /// prior finds likely.
        /// </summary>
        public string Prompt = string.Empty;
        /// <summary>Where the character starts: the point on the floor below its pelvis. Default: the origin.</summary>
        public Vector3? StartPosition;
        private Vector3? _spareStartPosition;

        /// <summary>Sets StartPosition and gives it, to be filled.</summary>
        public Vector3 SetStartPosition()
        {
            if (StartPosition == null)
            {
                StartPosition = _spareStartPosition ?? (_spareStartPosition = new Vector3());
                StartPosition.Clear();
            }
            return StartPosition;
        }
        /// <summary>Direction it faces at the start; only the horizontal part counts, which must not be zero. Default: forward.</summary>
        public Vector3? StartFacing;
        private Vector3? _spareStartFacing;

        /// <summary>Sets StartFacing and gives it, to be filled.</summary>
        public Vector3 SetStartFacing()
        {
            if (StartFacing == null)
            {
                StartFacing = _spareStartFacing ?? (_spareStartFacing = new Vector3());
                StartFacing.Clear();
            }
            return StartFacing;
        }
        /// <summary>How far ahead of the playhead the server sends frames, 1 to 10 s. Default (0): 4. Welcome tells what was granted.</summary>
        public float HorizonS;
        /// <summary>The same seed, prompt and start, and the same scene at the same playheads, tend to the same motion. Default: 0.</summary>
        public ulong Seed;
        /// <summary>
        /// session_token of a session whose stream broke: the server keeps such a character for Limits.resume_s, with its
        /// scene, and goes on with it; last_frame_index says what the client has. A server that does not know the token (it was
        /// restarted, or this is another one) starts anew from start_motion and start_time_s, so send these too, and send the
        /// scene again when Welcome.resumed is false.
        /// </summary>
        public string ResumeToken = string.Empty;
        /// <summary>Name and version of the client, for the server's log. At most 64 characters.</summary>
        public string ClientName = string.Empty;
        /// <summary>
        /// The last frames of the character, up to 2 s; the last one is its pose at start_time_s, and the motion goes on from
        /// there with its velocity. Default: the character stands at start_position.
        /// </summary>
        public Motion? StartMotion;
        private Motion? _spareStartMotion;

        /// <summary>Sets StartMotion and gives it, to be filled.</summary>
        public Motion SetStartMotion()
        {
            if (StartMotion == null)
            {
                StartMotion = _spareStartMotion ?? (_spareStartMotion = new Motion());
                StartMotion.Clear();
            }
            return StartMotion;
        }
        /// <summary>
        /// Session time at which the session starts: 0 to 1e7. Frames are numbered from it, so the clock of the game runs on
        /// after a lost connection. Default: 0.
        /// </summary>
        public double StartTimeS;
        /// <summary>With resume_token: index of the last frame received; frames after it are sent again.</summary>
        public long LastFrameIndex;
        public bool HasLastFrameIndex;

        public override void Clear()
        {
            ProtocolVersion = 0;
            CoordinateSystem = null;
            Fps = 0f;
            Prompt = string.Empty;
            StartPosition = null;
            StartFacing = null;
            HorizonS = 0f;
            Seed = 0;
            ResumeToken = string.Empty;
            ClientName = string.Empty;
            StartMotion = null;
            StartTimeS = 0d;
            LastFrameIndex = 0;
            HasLastFrameIndex = false;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (ProtocolVersion != 0)
            {
                size += 1 + WireWriter.SizeOf(ProtocolVersion);
            }
            if (CoordinateSystem != null)
            {
                int nested = CoordinateSystem.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (System.BitConverter.SingleToInt32Bits(Fps) != 0)
            {
                size += 1 + 4;
            }
            if (Prompt.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(Prompt);
            }
            if (StartPosition != null)
            {
                int nested = StartPosition.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (StartFacing != null)
            {
                int nested = StartFacing.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (System.BitConverter.SingleToInt32Bits(HorizonS) != 0)
            {
                size += 1 + 4;
            }
            if (Seed != 0)
            {
                size += 1 + WireWriter.SizeOf(Seed);
            }
            if (ResumeToken.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(ResumeToken);
            }
            if (ClientName.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(ClientName);
            }
            if (StartMotion != null)
            {
                int nested = StartMotion.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (System.BitConverter.DoubleToInt64Bits(StartTimeS) != 0)
            {
                size += 1 + 8;
            }
            if (HasLastFrameIndex)
            {
                size += 1 + WireWriter.SizeOf((ulong)LastFrameIndex);
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
            if (CoordinateSystem != null)
            {
                writer.Varint(18);
                writer.Varint((ulong)CoordinateSystem.CachedSize);
                CoordinateSystem.WriteTo(writer);
            }
            if (System.BitConverter.SingleToInt32Bits(Fps) != 0)
            {
                writer.Varint(29);
                writer.Float(Fps);
            }
            if (Prompt.Length > 0)
            {
                writer.Varint(34);
                writer.String(Prompt);
            }
            if (StartPosition != null)
            {
                writer.Varint(42);
                writer.Varint((ulong)StartPosition.CachedSize);
                StartPosition.WriteTo(writer);
            }
            if (StartFacing != null)
            {
                writer.Varint(50);
                writer.Varint((ulong)StartFacing.CachedSize);
                StartFacing.WriteTo(writer);
            }
            if (System.BitConverter.SingleToInt32Bits(HorizonS) != 0)
            {
                writer.Varint(61);
                writer.Float(HorizonS);
            }
            if (Seed != 0)
            {
                writer.Varint(64);
                writer.Varint(Seed);
            }
            if (ResumeToken.Length > 0)
            {
                writer.Varint(74);
                writer.String(ResumeToken);
            }
            if (ClientName.Length > 0)
            {
                writer.Varint(82);
                writer.String(ClientName);
            }
            if (StartMotion != null)
            {
                writer.Varint(90);
                writer.Varint((ulong)StartMotion.CachedSize);
                StartMotion.WriteTo(writer);
            }
            if (System.BitConverter.DoubleToInt64Bits(StartTimeS) != 0)
            {
                writer.Varint(97);
                writer.Double(StartTimeS);
            }
            if (HasLastFrameIndex)
            {
                writer.Varint(104);
                writer.Varint((ulong)LastFrameIndex);
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
                    case 18: // CoordinateSystem
                        {
                            WireReader nested = reader.ReadNested();
                            SetCoordinateSystem().MergeFrom(ref nested);
                        }
                        break;
                    case 29: // Fps
                        Fps = reader.ReadFloat();
                        break;
                    case 34: // Prompt
                        Prompt = reader.ReadString();
                        break;
                    case 42: // StartPosition
                        {
                            WireReader nested = reader.ReadNested();
                            SetStartPosition().MergeFrom(ref nested);
                        }
                        break;
                    case 50: // StartFacing
                        {
                            WireReader nested = reader.ReadNested();
                            SetStartFacing().MergeFrom(ref nested);
                        }
                        break;
                    case 61: // HorizonS
                        HorizonS = reader.ReadFloat();
                        break;
                    case 64: // Seed
                        Seed = reader.ReadVarint();
                        break;
                    case 74: // ResumeToken
                        ResumeToken = reader.ReadString();
                        break;
                    case 82: // ClientName
                        ClientName = reader.ReadString();
                        break;
                    case 90: // StartMotion
                        {
                            WireReader nested = reader.ReadNested();
                            SetStartMotion().MergeFrom(ref nested);
                        }
                        break;
                    case 97: // StartTimeS
                        StartTimeS = reader.ReadDouble();
                        break;
                    case 104: // LastFrameIndex
                        LastFrameIndex = (long)reader.ReadVarint();
                        HasLastFrameIndex = true;
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
