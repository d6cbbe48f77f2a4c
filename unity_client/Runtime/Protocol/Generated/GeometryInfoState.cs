// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    public enum GeometryInfoState
    {
        Unspecified = 0,
        /// <summary>The grid is being computed; obstacles may refer to it already.</summary>
        Building = 1,
        Ready = 2,
        /// <summary>It cannot be used; see problem.</summary>
        Failed = 3,
    }
}
