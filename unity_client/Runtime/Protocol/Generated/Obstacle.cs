// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>
    /// Something solid. Its pose holds at time_s and is carried on with its velocities from there, so send velocities for
    /// what moves fast: a thrown ball needs one message, not one per frame.
    /// </summary>
    public sealed class Obstacle : LampMessage
    {
        /// <summary>Chosen by the client, 1 to 64 characters. Sending an id again replaces that obstacle.</summary>
        public string Id = string.Empty;
        public Sphere? Sphere;
        private Sphere? _spareSphere;

        /// <summary>Sets Sphere and gives it, to be filled.</summary>
        public Sphere SetSphere()
        {
            Capsule = null;
            Box = null;
            Cylinder = null;
            Plane = null;
            Geometry = null;
            if (Sphere == null)
            {
                Sphere = _spareSphere ?? (_spareSphere = new Sphere());
                Sphere.Clear();
            }
            return Sphere;
        }
        public Capsule? Capsule;
        private Capsule? _spareCapsule;

        /// <summary>Sets Capsule and gives it, to be filled.</summary>
        public Capsule SetCapsule()
        {
            Sphere = null;
            Box = null;
            Cylinder = null;
            Plane = null;
            Geometry = null;
            if (Capsule == null)
            {
                Capsule = _spareCapsule ?? (_spareCapsule = new Capsule());
                Capsule.Clear();
            }
            return Capsule;
        }
        public Box? Box;
        private Box? _spareBox;

        /// <summary>Sets Box and gives it, to be filled.</summary>
        public Box SetBox()
        {
            Sphere = null;
            Capsule = null;
            Cylinder = null;
            Plane = null;
            Geometry = null;
            if (Box == null)
            {
                Box = _spareBox ?? (_spareBox = new Box());
                Box.Clear();
            }
            return Box;
        }
        public Cylinder? Cylinder;
        private Cylinder? _spareCylinder;

        /// <summary>Sets Cylinder and gives it, to be filled.</summary>
        public Cylinder SetCylinder()
        {
            Sphere = null;
            Capsule = null;
            Box = null;
            Plane = null;
            Geometry = null;
            if (Cylinder == null)
            {
                Cylinder = _spareCylinder ?? (_spareCylinder = new Cylinder());
                Cylinder.Clear();
            }
            return Cylinder;
        }
        public Plane? Plane;
        private Plane? _sparePlane;

        /// <summary>Sets Plane and gives it, to be filled.</summary>
        public Plane SetPlane()
        {
            Sphere = null;
            Capsule = null;
            Box = null;
            Cylinder = null;
            Geometry = null;
            if (Plane == null)
            {
                Plane = _sparePlane ?? (_sparePlane = new Plane());
                Plane.Clear();
            }
            return Plane;
        }
        /// <summary>A triangle mesh, convex hull or height field that was sent before; see geometry_upload.proto.</summary>
        public GeometryReference? Geometry;
        private GeometryReference? _spareGeometry;

        /// <summary>Sets Geometry and gives it, to be filled.</summary>
        public GeometryReference SetGeometry()
        {
            Sphere = null;
            Capsule = null;
            Box = null;
            Cylinder = null;
            Plane = null;
            if (Geometry == null)
            {
                Geometry = _spareGeometry ?? (_spareGeometry = new GeometryReference());
                Geometry.Clear();
            }
            return Geometry;
        }
        /// <summary>Centre (plane: any point on it), within 10 km of the origin. Required.</summary>
        public Vector3? Position;
        private Vector3? _sparePosition;

        /// <summary>Sets Position and gives it, to be filled.</summary>
        public Vector3 SetPosition()
        {
            if (Position == null)
            {
                Position = _sparePosition ?? (_sparePosition = new Vector3());
                Position.Clear();
            }
            return Position;
        }
        /// <summary>Default: no rotation.</summary>
        public Quaternion? Orientation;
        private Quaternion? _spareOrientation;

        /// <summary>Sets Orientation and gives it, to be filled.</summary>
        public Quaternion SetOrientation()
        {
            if (Orientation == null)
            {
                Orientation = _spareOrientation ?? (_spareOrientation = new Quaternion());
                Orientation.Clear();
            }
            return Orientation;
        }
        /// <summary>Client units per second, at most 100 m/s per axis. Default: at rest.</summary>
        public Vector3? LinearVelocity;
        private Vector3? _spareLinearVelocity;

        /// <summary>Sets LinearVelocity and gives it, to be filled.</summary>
        public Vector3 SetLinearVelocity()
        {
            if (LinearVelocity == null)
            {
                LinearVelocity = _spareLinearVelocity ?? (_spareLinearVelocity = new Vector3());
                LinearVelocity.Clear();
            }
            return LinearVelocity;
        }
        /// <summary>
        /// Radians per second about the world axes of the client, at most 100 per axis; positive turns follow the client's
        /// handedness, as its rotations do. Default: none.
        /// </summary>
        public Vector3? AngularVelocity;
        private Vector3? _spareAngularVelocity;

        /// <summary>Sets AngularVelocity and gives it, to be filled.</summary>
        public Vector3 SetAngularVelocity()
        {
            if (AngularVelocity == null)
            {
                AngularVelocity = _spareAngularVelocity ?? (_spareAngularVelocity = new Vector3());
                AngularVelocity.Clear();
            }
            return AngularVelocity;
        }
        /// <summary>
        /// Time at which position and orientation hold: session time (Drive; default: the playhead when the server reads the
        /// message) or clip time (Optimize; default: 0). Within 1 hour of the playhead or of 0.
        /// </summary>
        public double TimeS;
        public bool HasTimeS;
        /// <summary>
        /// Feet stand on its upper side: a floor, stairs, terrain, a box to step on. Ankles and toes rest on it instead of
        /// keeping clear of it; all other joints keep clear of it as of any obstacle. It should not move while somebody stands
        /// on it. Default: false.
        /// </summary>
        public bool Walkable;

        /// <summary>Number of the field of Shape that is set; 0: none.</summary>
        public int ShapeCase => Sphere != null ? 2 : Capsule != null ? 3 : Box != null ? 4 : Cylinder != null ? 5 : Plane != null ? 6 : Geometry != null ? 12 : 0;

        public override void Clear()
        {
            Id = string.Empty;
            Sphere = null;
            Capsule = null;
            Box = null;
            Cylinder = null;
            Plane = null;
            Geometry = null;
            Position = null;
            Orientation = null;
            LinearVelocity = null;
            AngularVelocity = null;
            TimeS = 0d;
            HasTimeS = false;
            Walkable = false;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (Id.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(Id);
            }
            if (Sphere != null)
            {
                int nested = Sphere.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (Capsule != null)
            {
                int nested = Capsule.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (Box != null)
            {
                int nested = Box.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (Cylinder != null)
            {
                int nested = Cylinder.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (Plane != null)
            {
                int nested = Plane.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (Position != null)
            {
                int nested = Position.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (Orientation != null)
            {
                int nested = Orientation.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (LinearVelocity != null)
            {
                int nested = LinearVelocity.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (AngularVelocity != null)
            {
                int nested = AngularVelocity.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (HasTimeS)
            {
                size += 1 + 8;
            }
            if (Geometry != null)
            {
                int nested = Geometry.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (Walkable)
            {
                size += 1 + WireWriter.SizeOf(Walkable ? 1UL : 0UL);
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (Id.Length > 0)
            {
                writer.Varint(10);
                writer.String(Id);
            }
            if (Sphere != null)
            {
                writer.Varint(18);
                writer.Varint((ulong)Sphere.CachedSize);
                Sphere.WriteTo(writer);
            }
            if (Capsule != null)
            {
                writer.Varint(26);
                writer.Varint((ulong)Capsule.CachedSize);
                Capsule.WriteTo(writer);
            }
            if (Box != null)
            {
                writer.Varint(34);
                writer.Varint((ulong)Box.CachedSize);
                Box.WriteTo(writer);
            }
            if (Cylinder != null)
            {
                writer.Varint(42);
                writer.Varint((ulong)Cylinder.CachedSize);
                Cylinder.WriteTo(writer);
            }
            if (Plane != null)
            {
                writer.Varint(50);
                writer.Varint((ulong)Plane.CachedSize);
                Plane.WriteTo(writer);
            }
            if (Position != null)
            {
                writer.Varint(58);
                writer.Varint((ulong)Position.CachedSize);
                Position.WriteTo(writer);
            }
            if (Orientation != null)
            {
                writer.Varint(66);
                writer.Varint((ulong)Orientation.CachedSize);
                Orientation.WriteTo(writer);
            }
            if (LinearVelocity != null)
            {
                writer.Varint(74);
                writer.Varint((ulong)LinearVelocity.CachedSize);
                LinearVelocity.WriteTo(writer);
            }
            if (AngularVelocity != null)
            {
                writer.Varint(82);
                writer.Varint((ulong)AngularVelocity.CachedSize);
                AngularVelocity.WriteTo(writer);
            }
            if (HasTimeS)
            {
                writer.Varint(89);
                writer.Double(TimeS);
            }
            if (Geometry != null)
            {
                writer.Varint(98);
                writer.Varint((ulong)Geometry.CachedSize);
                Geometry.WriteTo(writer);
            }
            if (Walkable)
            {
                writer.Varint(104);
                writer.Varint(Walkable ? 1UL : 0UL);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 10: // Id
                        Id = reader.ReadString();
                        break;
                    case 18: // Sphere
                        {
                            WireReader nested = reader.ReadNested();
                            SetSphere().MergeFrom(ref nested);
                        }
                        break;
                    case 26: // Capsule
                        {
                            WireReader nested = reader.ReadNested();
                            SetCapsule().MergeFrom(ref nested);
                        }
                        break;
                    case 34: // Box
                        {
                            WireReader nested = reader.ReadNested();
                            SetBox().MergeFrom(ref nested);
                        }
                        break;
                    case 42: // Cylinder
                        {
                            WireReader nested = reader.ReadNested();
                            SetCylinder().MergeFrom(ref nested);
                        }
                        break;
                    case 50: // Plane
                        {
                            WireReader nested = reader.ReadNested();
                            SetPlane().MergeFrom(ref nested);
                        }
                        break;
                    case 58: // Position
                        {
                            WireReader nested = reader.ReadNested();
                            SetPosition().MergeFrom(ref nested);
                        }
                        break;
                    case 66: // Orientation
                        {
                            WireReader nested = reader.ReadNested();
                            SetOrientation().MergeFrom(ref nested);
                        }
                        break;
                    case 74: // LinearVelocity
                        {
                            WireReader nested = reader.ReadNested();
                            SetLinearVelocity().MergeFrom(ref nested);
                        }
                        break;
                    case 82: // AngularVelocity
                        {
                            WireReader nested = reader.ReadNested();
                            SetAngularVelocity().MergeFrom(ref nested);
                        }
                        break;
                    case 89: // TimeS
                        TimeS = reader.ReadDouble();
                        HasTimeS = true;
                        break;
                    case 98: // Geometry
                        {
                            WireReader nested = reader.ReadNested();
                            SetGeometry().MergeFrom(ref nested);
                        }
                        break;
                    case 104: // Walkable
                        Walkable = reader.ReadVarint() != 0;
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
