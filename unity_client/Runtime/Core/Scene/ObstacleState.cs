#nullable enable
namespace Lamp
{
    /// <summary>Shapes of obstacles.</summary>
    public enum ObstacleKind
    {
        Sphere = 0,
        Capsule = 1,
        Box = 2,
        Cylinder = 3,
        Plane = 4,

        /// <summary>A mesh, hull or height field that lies on the server under its content hash.</summary>
        Geometry = 5,
    }

    /// <summary>Something solid at one moment; carried on from there with its velocities.</summary>
    public struct ObstacleState
    {
        public ObstacleKind Kind;

        /// <summary>
        /// Sphere: radius. Capsule: radius, half the distance of the cap centres. Cylinder: radius, half height. Box: half
        /// extents. Client units.
        /// </summary>
        public Float3 Size;

        /// <summary>Id of an uploaded geometry, and its uniform scale.</summary>
        public string? GeometryId;

        public float Scale;

        /// <summary>The centre; of a height field its first height.</summary>
        public Float3 Position;

        public Rotation Orientation;

        /// <summary>Client units per second.</summary>
        public Float3 LinearVelocity;

        /// <summary>Radians per second about the world axes, positive as rotations are in the session's axes.</summary>
        public Float3 AngularVelocity;

        /// <summary>Session time at which the pose holds; NaN: when the server reads it.</summary>
        public double TimeS;

        /// <summary>Feet may stand on it.</summary>
        public bool Walkable;

        public static ObstacleState Sphere(Float3 position, float radius) =>
            At(ObstacleKind.Sphere, position, Rotation.Identity, new Float3(radius, 0f, 0f));

        public static ObstacleState Capsule(Float3 position, Rotation orientation, float radius, float halfLength) =>
            At(ObstacleKind.Capsule, position, orientation, new Float3(radius, halfLength, 0f));

        public static ObstacleState Cylinder(Float3 position, Rotation orientation, float radius, float halfHeight) =>
            At(ObstacleKind.Cylinder, position, orientation, new Float3(radius, halfHeight, 0f));

        public static ObstacleState Box(Float3 position, Rotation orientation, Float3 halfExtents) =>
            At(ObstacleKind.Box, position, orientation, halfExtents);

        public static ObstacleState Plane(Float3 position, Rotation orientation) =>
            At(ObstacleKind.Plane, position, orientation, Float3.Zero);

        public static ObstacleState Geometry(Float3 position, Rotation orientation, string geometryId, float scale)
        {
            ObstacleState state = At(ObstacleKind.Geometry, position, orientation, Float3.Zero);
            state.GeometryId = geometryId;
            state.Scale = scale;
            return state;
        }

        /// <summary>Whether the server could use it.</summary>
        /// <exception cref="LampException">It could not; the message names the object, the value and the remedy.</exception>
        public readonly void Check(string name)
        {
            InputCheck.Position(name, Position);
            InputCheck.Orientation(name, Orientation);
            InputCheck.Velocity(name, LinearVelocity);
            InputCheck.Spin(name, AngularVelocity);
            switch (Kind)
            {
                case ObstacleKind.Sphere:
                    InputCheck.Size(name, "radius", Size.X);
                    break;
                case ObstacleKind.Capsule:
                    InputCheck.Size(name, "radius", Size.X);
                    InputCheck.Length(name, "half length", Size.Y);
                    break;
                case ObstacleKind.Cylinder:
                    InputCheck.Size(name, "radius", Size.X);
                    InputCheck.Size(name, "half height", Size.Y);
                    break;
                case ObstacleKind.Box:
                    InputCheck.Size(name, "half extent x", Size.X);
                    InputCheck.Size(name, "half extent y", Size.Y);
                    InputCheck.Size(name, "half extent z", Size.Z);
                    break;
                case ObstacleKind.Geometry:
                    CheckGeometry(name);
                    break;
            }
        }

        private readonly void CheckGeometry(string name)
        {
            if (GeometryId == null || GeometryId.Length != 64)
            {
                throw InputCheck.Bad(name, "geometry", "it has no id", "upload it first (LampSession.UploadGeometry)");
            }
            if (!(Scale >= 0.001f && Scale <= 1000f))
            {
                throw InputCheck.Bad(
                    name, "scale", $"it is {Scale:g6}", "it must be the same along all axes and 0.001 to 1000");
            }
        }

        private static ObstacleState At(ObstacleKind kind, Float3 position, Rotation orientation, Float3 size) =>
            new ObstacleState
            {
                Kind = kind,
                Position = position,
                Orientation = orientation,
                Size = size,
                Scale = 1f,
                TimeS = double.NaN,
            };
    }
}
