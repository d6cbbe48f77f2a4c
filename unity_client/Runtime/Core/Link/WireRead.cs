#nullable enable
using System;
using Proto = Lamp.Protocol;

namespace Lamp
{
    /// <summary>Messages of the server as values of the core.</summary>
    internal static class WireRead
    {
        private const int MostJoints = 256;

        /// <exception cref="LampException">The skeleton cannot be one.</exception>
        public static WelcomeInfo Welcome(Proto.Welcome from)
        {
            Proto.Limits limits = from.SetLimits();
            return new WelcomeInfo(Skeleton(from.SetSkeleton()), from.SessionToken, from.Fps, from.HorizonS)
            {
                ProtocolVersion = from.ProtocolVersion,
                Resumed = from.Resumed,
                StartTimeS = from.StartTimeS,
                SceneRevision = from.SceneRevision,
                MaxObstacles = (int)limits.MaxObstacles,
                MaxTargets = (int)limits.MaxTargets,
                MaxKeyPoses = (int)limits.MaxKeyPoses,
                MaxTriangles = (int)limits.MaxTriangles,
                ServerVersion = from.ServerVersion,
                ModelName = from.ModelName,
                ModelLicence = from.ModelLicence,
                Device = from.Device,
            };
        }

        public static PlanReport Plan(Proto.Plan from)
        {
            var terms = new PlanTerm[from.Terms.Count];
            for (int i = 0; i < terms.Length; i++)
            {
                terms[i] = new PlanTerm(from.Terms[i].Name, from.Terms[i].Value, from.Terms[i].Unit);
            }
            var targets = new TargetOutcome[from.Targets.Count];
            for (int i = 0; i < targets.Length; i++)
            {
                Proto.TargetReport report = from.Targets[i];
                targets[i] = new TargetOutcome(report.Id, report.ErrorM, report.ArriveTimeS);
            }
            return new PlanReport
            {
                PlanId = from.PlanId,
                SceneRevision = from.SceneRevision,
                StartFrame = from.StartFrame,
                EndFrame = from.EndFrame,
                Feasible = from.Feasible,
                Reason = from.Reason,
                Settled = from.Settled,
                Steps = from.Steps,
                OptimiseS = from.OptimiseS,
                Terms = terms,
                Targets = targets,
            };
        }

        /// <summary>What the server says, with every wrong field.</summary>
        public static NoticeInfo Notice(Proto.Notice from)
        {
            string message = from.Message;
            for (int i = 0; i < from.Violations.Count; i++)
            {
                string description = from.Violations[i].Description;
                if (!message.Contains(description))
                {
                    message += $"; {from.Violations[i].Field}: {description}";
                }
            }
            return new NoticeInfo((int)from.Code, message, from.Revision);
        }

        /// <summary>Frames into poses; how many could not be used, or were too many, and were left out.</summary>
        public static int Frames(Proto.RepeatedMessage<Proto.Frame> from, FrameBatch into)
        {
            into.Clear();
            int bad = 0;
            for (int i = 0; i < from.Count; i++)
            {
                if (into.IsFull)
                {
                    return bad + from.Count - i;
                }
                Pose pose = into.Add();
                if (!Fill(from[i], pose))
                {
                    into.RemoveLast();
                    bad++;
                }
            }
            return bad;
        }

        private static bool Fill(Proto.Frame from, Pose pose)
        {
            if (from.LocalRotations.Count != 4 * pose.Rotations.Length || from.Index < 0)
            {
                return false;
            }
            pose.Index = from.Index;
            pose.TimeS = from.TimeS;
            pose.PlanId = from.PlanId;
            pose.RootPosition = WireConvert.Read(from.RootPosition);
            float[] q = from.LocalRotations.Items;
            for (int j = 0; j < pose.Rotations.Length; j++)
            {
                pose.Rotations[j] = new Rotation(q[4 * j], q[4 * j + 1], q[4 * j + 2], q[4 * j + 3]);
            }
            for (int c = 0; c < pose.Contacts.Length; c++)
            {
                float contact = c < from.Contacts.Count ? from.Contacts[c] : 0f;
                pose.Contacts[c] = contact > 0f ? Math.Min(contact, 1f) : 0f;
            }
            return pose.IsUsable();
        }

        private static SkeletonInfo Skeleton(Proto.Skeleton from)
        {
            int count = from.Joints.Count;
            if (count == 0 || count > MostJoints)
            {
                throw new LampException(
                    LampStatus.Internal, $"the server's skeleton has {count} joints; it must have 1 to {MostJoints}");
            }
            var names = new string[count];
            var parents = new int[count];
            var offsets = new Float3[count];
            for (int j = 0; j < count; j++)
            {
                names[j] = from.Joints[j].Name;
                parents[j] = from.Joints[j].Parent;
                offsets[j] = WireConvert.Read(from.Joints[j].RestOffset);
            }
            if (from.ContactJoints.Count > count)
            {
                throw new LampException(
                    LampStatus.Internal, $"the server names {from.ContactJoints.Count} joints for contacts, and has {count}");
            }
            var contacts = new string[from.ContactJoints.Count];
            for (int c = 0; c < contacts.Length; c++)
            {
                contacts[c] = from.ContactJoints[c];
            }
            return new SkeletonInfo(names, parents, offsets, contacts, from.Hash);
        }
    }
}
