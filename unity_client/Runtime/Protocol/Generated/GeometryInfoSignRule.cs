// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>How inside and outside were told apart.</summary>
    public enum GeometryInfoSignRule
    {
        Unspecified = 0,
        /// <summary>Closed surface: inside is solid.</summary>
        Solid = 1,
        /// <summary>Open surface: a sheet of 4 cm around it is solid.</summary>
        Sheet = 2,
        /// <summary>Height field: below is solid.</summary>
        Below = 3,
    }
}
