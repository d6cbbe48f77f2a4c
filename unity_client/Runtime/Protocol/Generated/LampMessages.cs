// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>All messages by name.</summary>
    public static class LampMessages
    {
        /// <summary>A new message; null for an unknown name.</summary>
        public static LampMessage? Create(string name)
        {
            switch (name)
            {
                case "Vector3":
                    return new Vector3();
                case "Quaternion":
                    return new Quaternion();
                case "CoordinateSystem":
                    return new CoordinateSystem();
                case "Joint":
                    return new Joint();
                case "Skeleton":
                    return new Skeleton();
                case "Frame":
                    return new Frame();
                case "Motion":
                    return new Motion();
                case "Term":
                    return new Term();
                case "Obstacle":
                    return new Obstacle();
                case "GeometryReference":
                    return new GeometryReference();
                case "Sphere":
                    return new Sphere();
                case "Capsule":
                    return new Capsule();
                case "Box":
                    return new Box();
                case "Cylinder":
                    return new Cylinder();
                case "Plane":
                    return new Plane();
                case "Target":
                    return new Target();
                case "LookAt":
                    return new LookAt();
                case "Path":
                    return new Path();
                case "Waypoint":
                    return new Waypoint();
                case "KeyPose":
                    return new KeyPose();
                case "DriveRequest":
                    return new DriveRequest();
                case "DriveResponse":
                    return new DriveResponse();
                case "Hello":
                    return new Hello();
                case "SceneUpdate":
                    return new SceneUpdate();
                case "Prompt":
                    return new Prompt();
                case "Playhead":
                    return new Playhead();
                case "Bye":
                    return new Bye();
                case "Welcome":
                    return new Welcome();
                case "Limits":
                    return new Limits();
                case "Plan":
                    return new Plan();
                case "Shortfall":
                    return new Shortfall();
                case "TargetReport":
                    return new TargetReport();
                case "Frames":
                    return new Frames();
                case "Notice":
                    return new Notice();
                case "FieldViolation":
                    return new FieldViolation();
                case "GoingAway":
                    return new GoingAway();
                case "UploadGeometryRequest":
                    return new UploadGeometryRequest();
                case "GeometryHeader":
                    return new GeometryHeader();
                case "TriangleMesh":
                    return new TriangleMesh();
                case "ConvexHull":
                    return new ConvexHull();
                case "HeightField":
                    return new HeightField();
                case "GeometryChunk":
                    return new GeometryChunk();
                case "UploadGeometryResponse":
                    return new UploadGeometryResponse();
                case "GetGeometryRequest":
                    return new GetGeometryRequest();
                case "GetGeometryResponse":
                    return new GetGeometryResponse();
                case "GeometryInfo":
                    return new GeometryInfo();
                case "GetServerInfoRequest":
                    return new GetServerInfoRequest();
                case "GetServerInfoResponse":
                    return new GetServerInfoResponse();
                case "GenerateRequest":
                    return new GenerateRequest();
                case "GenerateResponse":
                    return new GenerateResponse();
                case "OptimizeRequest":
                    return new OptimizeRequest();
                case "OptimizeTask":
                    return new OptimizeTask();
                case "OptimizeResponse":
                    return new OptimizeResponse();
                case "ClipHeader":
                    return new ClipHeader();
                case "Progress":
                    return new Progress();
                case "ClipChunk":
                    return new ClipChunk();
                case "OptimizeResult":
                    return new OptimizeResult();
                default:
                    return null;
            }
        }
    }
}
