// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>What one session may hold and say.</summary>
    public sealed class Limits : LampMessage
    {
        public uint MaxObstacles;
        public uint MaxTargets;
        public uint MaxPromptCharacters;
        public float MaxHorizonS;
        /// <summary>Largest message the server reads, bytes.</summary>
        public uint MaxMessageBytes;
        /// <summary>A session without a message from the client and without one that reached it ends after this time, seconds.</summary>
        public float IdleTimeoutS;
        /// <summary>How long a character whose stream broke is kept, seconds; 0: not at all.</summary>
        public float ResumeS;
        public uint MaxKeyPoses;
        /// <summary>Geometry: triangles of one mesh, and bytes of all that one client may have uploaded and not yet used in a scene.</summary>
        public uint MaxTriangles;
        public ulong MaxGeometryBytes;
        /// <summary>Messages per second a session may send, on average; more are answered with a Notice and not read for a while.</summary>
        public float MaxMessagesPerS;

        public override void Clear()
        {
            MaxObstacles = 0;
            MaxTargets = 0;
            MaxPromptCharacters = 0;
            MaxHorizonS = 0f;
            MaxMessageBytes = 0;
            IdleTimeoutS = 0f;
            ResumeS = 0f;
            MaxKeyPoses = 0;
            MaxTriangles = 0;
            MaxGeometryBytes = 0;
            MaxMessagesPerS = 0f;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (MaxObstacles != 0)
            {
                size += 1 + WireWriter.SizeOf(MaxObstacles);
            }
            if (MaxTargets != 0)
            {
                size += 1 + WireWriter.SizeOf(MaxTargets);
            }
            if (MaxPromptCharacters != 0)
            {
                size += 1 + WireWriter.SizeOf(MaxPromptCharacters);
            }
            if (System.BitConverter.SingleToInt32Bits(MaxHorizonS) != 0)
            {
                size += 1 + 4;
            }
            if (MaxMessageBytes != 0)
            {
                size += 1 + WireWriter.SizeOf(MaxMessageBytes);
            }
            if (System.BitConverter.SingleToInt32Bits(IdleTimeoutS) != 0)
            {
                size += 1 + 4;
            }
            if (System.BitConverter.SingleToInt32Bits(ResumeS) != 0)
            {
                size += 1 + 4;
            }
            if (MaxKeyPoses != 0)
            {
                size += 1 + WireWriter.SizeOf(MaxKeyPoses);
            }
            if (MaxTriangles != 0)
            {
                size += 1 + WireWriter.SizeOf(MaxTriangles);
            }
            if (MaxGeometryBytes != 0)
            {
                size += 1 + WireWriter.SizeOf(MaxGeometryBytes);
            }
            if (System.BitConverter.SingleToInt32Bits(MaxMessagesPerS) != 0)
            {
                size += 1 + 4;
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (MaxObstacles != 0)
            {
                writer.Varint(8);
                writer.Varint(MaxObstacles);
            }
            if (MaxTargets != 0)
            {
                writer.Varint(16);
                writer.Varint(MaxTargets);
            }
            if (MaxPromptCharacters != 0)
            {
                writer.Varint(24);
                writer.Varint(MaxPromptCharacters);
            }
            if (System.BitConverter.SingleToInt32Bits(MaxHorizonS) != 0)
            {
                writer.Varint(37);
                writer.Float(MaxHorizonS);
            }
            if (MaxMessageBytes != 0)
            {
                writer.Varint(40);
                writer.Varint(MaxMessageBytes);
            }
            if (System.BitConverter.SingleToInt32Bits(IdleTimeoutS) != 0)
            {
                writer.Varint(53);
                writer.Float(IdleTimeoutS);
            }
            if (System.BitConverter.SingleToInt32Bits(ResumeS) != 0)
            {
                writer.Varint(61);
                writer.Float(ResumeS);
            }
            if (MaxKeyPoses != 0)
            {
                writer.Varint(64);
                writer.Varint(MaxKeyPoses);
            }
            if (MaxTriangles != 0)
            {
                writer.Varint(72);
                writer.Varint(MaxTriangles);
            }
            if (MaxGeometryBytes != 0)
            {
                writer.Varint(80);
                writer.Varint(MaxGeometryBytes);
            }
            if (System.BitConverter.SingleToInt32Bits(MaxMessagesPerS) != 0)
            {
                writer.Varint(93);
                writer.Float(MaxMessagesPerS);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 8: // MaxObstacles
                        MaxObstacles = (uint)reader.ReadVarint();
                        break;
                    case 16: // MaxTargets
                        MaxTargets = (uint)reader.ReadVarint();
                        break;
                    case 24: // MaxPromptCharacters
                        MaxPromptCharacters = (uint)reader.ReadVarint();
                        break;
                    case 37: // MaxHorizonS
                        MaxHorizonS = reader.ReadFloat();
                        break;
                    case 40: // MaxMessageBytes
                        MaxMessageBytes = (uint)reader.ReadVarint();
                        break;
                    case 53: // IdleTimeoutS
                        IdleTimeoutS = reader.ReadFloat();
                        break;
                    case 61: // ResumeS
                        ResumeS = reader.ReadFloat();
                        break;
                    case 64: // MaxKeyPoses
                        MaxKeyPoses = (uint)reader.ReadVarint();
                        break;
                    case 72: // MaxTriangles
                        MaxTriangles = (uint)reader.ReadVarint();
                        break;
                    case 80: // MaxGeometryBytes
                        MaxGeometryBytes = reader.ReadVarint();
                        break;
                    case 93: // MaxMessagesPerS
                        MaxMessagesPerS = reader.ReadFloat();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
