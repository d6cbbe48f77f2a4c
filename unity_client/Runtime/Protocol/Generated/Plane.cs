// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>Endless; the side its up axis points to is free.</summary>
    public sealed class Plane : LampMessage
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
