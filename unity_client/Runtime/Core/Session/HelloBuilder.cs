#nullable enable
using System;

namespace Lamp
{
    /// <summary>What opens the first stream of a session, and what opens another after it was lost.</summary>
    internal static class HelloBuilder
    {
        private const double StartMotionS = 1.0; // of the past, for a server to go on from
        private const double HeldLeadS = 0.4; // where nothing is left to play

        public static HelloInfo First(LampSessionOptions options) => new HelloInfo
        {
            ProtocolVersion = options.ProtocolVersion,
            MetresPerUnit = options.MetresPerUnit,
            Fps = options.Fps,
            Prompt = options.Prompt,
            StartPosition = options.StartPosition,
            StartFacing = options.StartFacing,
            HorizonS = options.HorizonS,
            Seed = options.Seed,
            ClientName = options.ClientName,
        };

        /// <summary>
        /// By which any server can go on: one that knows the session with that, others from the last frames.
        /// </summary>
        /// <param name="options">Of the session.</param>
        /// <param name="prompt">The newest.</param>
        /// <param name="welcome">The last one.</param>
        /// <param name="buffer">What has been received.</param>
        /// <param name="toldS">The newest playhead; NaN: none yet.</param>
        /// <param name="resume">Whether to ask for the session itself.</param>
        public static HelloInfo Again(
            LampSessionOptions options, string prompt, WelcomeInfo welcome, PlanBuffer buffer, double toldS, bool resume)
        {
            HelloInfo hello = First(options);
            hello.Prompt = prompt;
            hello.Fps = welcome.Fps;
            hello.HorizonS = welcome.HorizonS;
            long last = buffer.LastFrameIndex;
            if (last < 0)
            {
                hello.ResumeToken = resume ? welcome.SessionToken : string.Empty;
                return hello;
            }
            double lastS = last / (double)buffer.Fps;
            double shownS = buffer.ShownS;
            double nowS = !double.IsNaN(toldS) ? toldS : !double.IsNaN(shownS) ? shownS : lastS;
            bool starved = nowS > lastS;
            if (resume && !starved)
            {
                // else the character has been standing still here, while the server knows nothing of that
                hello.ResumeToken = welcome.SessionToken;
                hello.LastFrameIndex = last;
            }
            double endS = starved ? nowS + HeldLeadS : Math.Min(nowS + options.Reconnect.LeadS, lastS);
            SkeletonInfo skeleton = welcome.Skeleton;
            var motion = new FrameBatch(skeleton.Count, skeleton.ContactJoints.Length);
            if (buffer.LastMotion(endS, StartMotionS, motion, out double timeS))
            {
                hello.StartMotion = motion;
                hello.StartMotionFps = buffer.Fps;
                hello.StartTimeS = timeS;
            }
            return hello;
        }
    }
}
