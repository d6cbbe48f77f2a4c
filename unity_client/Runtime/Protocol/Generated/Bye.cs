// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>Ends the session.</summary>
    public sealed class Bye : LampMessage
    {
        public override void Clear()
        {
        }

        public override int ComputeSize()
        {
            int size = 0;
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
        }

        public override void MergeFrom(ref WireReader reader)
        {
            reader.SkipRest();
        }
    }
}
