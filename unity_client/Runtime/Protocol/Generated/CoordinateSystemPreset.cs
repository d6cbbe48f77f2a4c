// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    public enum CoordinateSystemPreset
    {
        /// <summary>MODEL, unless x_axis, y_axis and z_axis are set.</summary>
        Unspecified = 0,
        Model = 1,
        Gltf = 2,
        Unity = 3,
        Unreal = 4,
        Blender = 5,
    }
}
