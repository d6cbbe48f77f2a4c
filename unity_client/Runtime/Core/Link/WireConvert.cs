#nullable enable
using System.Collections.Generic;
using Proto = Lamp.Protocol;

namespace Lamp
{
    /// <summary>Values of the core as messages of the wire.</summary>
    internal static class WireConvert
    {
        public static void Set(Proto.Vector3 to, Float3 v)
        {
            to.X = v.X;
            to.Y = v.Y;
            to.Z = v.Z;
        }

        public static Float3 Read(Proto.Vector3? v) => v == null ? Float3.Zero : new Float3(v.X, v.Y, v.Z);

        public static void Axes(Proto.CoordinateSystem to, float metresPerUnit)
        {
            to.Preset = Proto.CoordinateSystemPreset.Unity;
            to.MetresPerUnit = metresPerUnit;
        }

        public static void Fill(Proto.Hello to, HelloInfo hello)
        {
            to.Clear();
            to.ProtocolVersion = hello.ProtocolVersion;
            Axes(to.SetCoordinateSystem(), hello.MetresPerUnit);
            to.Fps = hello.Fps;
            to.Prompt = hello.Prompt;
            Set(to.SetStartPosition(), hello.StartPosition);
            Set(to.SetStartFacing(), hello.StartFacing);
            to.HorizonS = hello.HorizonS;
            to.Seed = hello.Seed;
            to.ResumeToken = hello.ResumeToken;
            to.ClientName = hello.ClientName;
            to.StartTimeS = hello.StartTimeS;
            to.HasLastFrameIndex = hello.LastFrameIndex.HasValue;
            to.LastFrameIndex = hello.LastFrameIndex ?? 0;
            if (hello.StartMotion != null)
            {
                Proto.Motion motion = to.SetStartMotion();
                motion.Fps = hello.StartMotionFps;
                for (int i = 0; i < hello.StartMotion.Count; i++)
                {
                    Fill(motion.Frames.Add(), hello.StartMotion[i]);
                }
            }
        }

        public static void Fill(Proto.Frame to, Pose pose)
        {
            Set(to.SetRootPosition(), pose.RootPosition);
            foreach (Rotation q in pose.Rotations)
            {
                System.Span<float> four = to.LocalRotations.Append(4);
                four[0] = q.X;
                four[1] = q.Y;
                four[2] = q.Z;
                four[3] = q.W;
            }
            foreach (float contact in pose.Contacts)
            {
                to.Contacts.Add(contact);
            }
        }

        public static void Fill(Proto.SceneUpdate to, SceneBatch batch)
        {
            to.Clear();
            to.Revision = batch.Revision;
            to.ClearField = batch.Clear;
            foreach (KeyValuePair<string, ObstacleState> pair in batch.PutObstacles)
            {
                Fill(to.PutObstacles.Add(), pair.Key, pair.Value);
            }
            Add(to.RemoveObstacleIds, batch.RemoveObstacles);
            foreach (KeyValuePair<string, TargetState> pair in batch.PutTargets)
            {
                Fill(to.PutTargets.Add(), pair.Key, pair.Value);
            }
            Add(to.RemoveTargetIds, batch.RemoveTargets);
            foreach (KeyValuePair<string, KeyPoseState> pair in batch.PutKeyPoses)
            {
                Fill(to.PutKeyPoses.Add(), pair.Key, pair.Value);
            }
            Add(to.RemoveKeyPoseIds, batch.RemoveKeyPoses);
            if (batch.LookAt.HasValue)
            {
                Fill(to.SetLookAt(), batch.LookAt.Value);
            }
            to.ClearLookAt = batch.ClearLookAt;
            if (batch.Path != null)
            {
                Fill(to.SetPath(), batch.Path, batch.PathFrom);
            }
            to.ClearPath = batch.ClearPath;
            to.Floor = (Proto.Floor)(int)batch.Floor;
        }

        private static void Add(Proto.RepeatedValue<string> to, List<string> ids)
        {
            foreach (string id in ids)
            {
                to.Add(id);
            }
        }

        private static void Fill(Proto.Obstacle to, string id, in ObstacleState state)
        {
            to.Id = id;
            Shape(to, state);
            Set(to.SetPosition(), state.Position);
            Proto.Quaternion turn = to.SetOrientation();
            turn.X = state.Orientation.X;
            turn.Y = state.Orientation.Y;
            turn.Z = state.Orientation.Z;
            turn.W = state.Orientation.W;
            Set(to.SetLinearVelocity(), state.LinearVelocity);
            Set(to.SetAngularVelocity(), state.AngularVelocity);
            to.HasTimeS = double.IsFinite(state.TimeS);
            to.TimeS = to.HasTimeS ? state.TimeS : 0.0;
            to.Walkable = state.Walkable;
        }

        private static void Shape(Proto.Obstacle to, in ObstacleState state)
        {
            switch (state.Kind)
            {
                case ObstacleKind.Sphere:
                    to.SetSphere().Radius = state.Size.X;
                    break;
                case ObstacleKind.Capsule:
                    to.SetCapsule().Radius = state.Size.X;
                    to.SetCapsule().HalfLength = state.Size.Y;
                    break;
                case ObstacleKind.Cylinder:
                    to.SetCylinder().Radius = state.Size.X;
                    to.SetCylinder().HalfHeight = state.Size.Y;
                    break;
                case ObstacleKind.Box:
                    Set(to.SetBox().SetHalfExtents(), state.Size);
                    break;
                case ObstacleKind.Plane:
                    to.SetPlane();
                    break;
                case ObstacleKind.Geometry:
                    to.SetGeometry().Id = state.GeometryId ?? string.Empty;
                    to.SetGeometry().Scale = state.Scale;
                    break;
            }
        }

        private static void Fill(Proto.Target to, string id, in TargetState state)
        {
            to.Id = id;
            to.Joint = state.Joint;
            Set(to.SetPosition(), state.Position);
            to.IgnoreX = state.IgnoreX;
            to.IgnoreY = state.IgnoreY;
            to.IgnoreZ = state.IgnoreZ;
            to.HasArriveTimeS = double.IsFinite(state.ArriveS);
            to.ArriveTimeS = to.HasArriveTimeS ? state.ArriveS : 0.0;
            to.HoldS = state.HoldS;
            to.HasWeight = state.Weight > 0f;
            to.Weight = state.Weight;
        }

        private static void Fill(Proto.LookAt to, in LookAtState state)
        {
            Set(to.SetPosition(), state.Position);
            Set(to.SetLinearVelocity(), state.LinearVelocity);
            to.HasTimeS = double.IsFinite(state.TimeS);
            to.TimeS = to.HasTimeS ? state.TimeS : 0.0;
            to.HasWeight = state.Weight > 0f;
            to.Weight = state.Weight;
        }

        private static void Fill(Proto.Path to, PathState state, int from)
        {
            int count = state.Waypoints.Length;
            // a loop is told from the next waypoint on, all the way round
            int told = state.Loop ? count : count - from;
            for (int i = 0; i < told; i++)
            {
                int k = (from + i) % count;
                Proto.Waypoint waypoint = to.Waypoints.Add();
                Set(waypoint.SetPosition(), state.Waypoints[k]);
                waypoint.HasArriveTimeS = state.ArriveS != null && !state.Loop;
                waypoint.ArriveTimeS = waypoint.HasArriveTimeS ? state.ArriveS![k] : 0.0;
            }
            to.Speed = state.Speed;
            to.Loop = state.Loop;
            to.HasWeight = state.Weight > 0f;
            to.Weight = state.Weight;
        }

        private static void Fill(Proto.KeyPose to, string id, KeyPoseState state)
        {
            to.Id = id;
            to.HasTimeS = true;
            to.TimeS = state.TimeS;
            to.HoldS = state.HoldS;
            Fill(to.SetPose(), state.Pose);
            foreach (string joint in state.Joints ?? System.Array.Empty<string>())
            {
                to.Joints.Add(joint);
            }
            to.Anywhere = state.Anywhere;
            to.HasWeight = state.Weight > 0f;
            to.Weight = state.Weight;
        }
    }
}
