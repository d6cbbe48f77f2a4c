#nullable enable
using System;

namespace Lamp
{
    /// <summary>
    /// Frames received, by number; where plans overlap the newest one counts. Filled by the receiving thread, sampled by
    /// the game's.
    /// </summary>
    /// <remarks>
    /// A fixed number of places, so that it never grows: the horizon ahead, some of the past to go on from after a lost
    /// connection. Sampling allocates nothing.
    /// </remarks>
    public sealed class PlanBuffer
    {
        /// <summary>Most frames a buffer may have room for: 10 s ahead at 240 frames a second, and the past.</summary>
        public const int MostFrames = 4096;

        private const double KeepPastS = 3.0;
        private const int Spare = 64;
        private const double Tiny = 1e-6;

        private readonly object _gate = new object();
        private readonly FrameRing _ring;
        private readonly PoseBridge _bridge;
        private readonly Pose _before;
        private readonly Pose _after;
        private readonly Pose _beside;
        private Float3 _velocityBefore;
        private ulong _planId;
        private bool _starved;
        private double _shownS = double.NaN;

        /// <param name="fps">Frames per second of the session.</param>
        /// <param name="horizonS">How far ahead of the playhead the server sends, seconds.</param>
        /// <param name="joints">Joints of the skeleton.</param>
        /// <param name="contacts">Joints that touch the ground.</param>
        /// <exception cref="LampException">It would need more than <see cref="MostFrames"/> places.</exception>
        public PlanBuffer(float fps, float horizonS, int joints, int contacts)
        {
            double places = Math.Ceiling((horizonS + KeepPastS) * fps) + Spare;
            if (!(fps > 0f && horizonS >= 0f && places <= MostFrames))
            {
                throw new LampException(
                    LampStatus.FailedPrecondition,
                    $"{horizonS:g6} s of motion at {fps:g6} frames a second need {places:g6} places, and at most {MostFrames} "
                    + "are kept: ask for fewer frames a second or a shorter horizon");
            }
            Fps = fps;
            _ring = new FrameRing((int)places, joints, contacts);
            _bridge = new PoseBridge(joints);
            _before = new Pose(joints, contacts);
            _after = new Pose(joints, contacts);
            _beside = new Pose(joints, contacts);
        }

        public float Fps { get; }

        /// <summary>Most frames it can hold.</summary>
        public int Capacity => _ring.Capacity;

        public int Count
        {
            get
            {
                lock (_gate)
                {
                    return _ring.Count;
                }
            }
        }

        /// <summary>Number of the last frame held; -1 before the first.</summary>
        public long LastFrameIndex
        {
            get
            {
                lock (_gate)
                {
                    return _ring.Count == 0 ? -1 : _ring.Last;
                }
            }
        }

        /// <summary>Session time of the last frame held, seconds; negative infinity before the first.</summary>
        public double LastFrameTimeS
        {
            get
            {
                long last = LastFrameIndex;
                return last < 0 ? double.NegativeInfinity : last / (double)Fps;
            }
        }

        /// <summary>Session time sampled last; NaN before the first.</summary>
        public double ShownS
        {
            get
            {
                lock (_gate)
                {
                    return _shownS;
                }
            }
        }

        /// <summary>How often sampling ran out of frames; one uninterrupted wait counts once.</summary>
        public int Stalls { get; private set; }

        /// <summary>How many samples were held poses.</summary>
        public long HeldSamples { get; private set; }

        /// <summary>
        /// The motion from <paramref name="startFrame"/> on is replaced by <paramref name="frames"/> and those that
        /// follow. False, and nothing done, for a plan older than the newest one.
        /// </summary>
        public bool BeginPlan(ulong planId, long startFrame, FrameBatch frames)
        {
            lock (_gate)
            {
                if (planId < _planId)
                {
                    return false;
                }
                _planId = planId;
                long first = frames.Count > 0 ? Math.Min(startFrame, frames[0].Index) : startFrame;
                bool visible = MayBeSeen(first) && Remember();
                _ring.DropFrom(startFrame);
                Take(frames);
                if (visible)
                {
                    FadeFromRemembered();
                }
                return true;
            }
        }

        /// <summary>More frames; one of an older plan than the frame it would replace is ignored.</summary>
        public void Add(FrameBatch frames)
        {
            lock (_gate)
            {
                bool visible = frames.Count > 0 && MayBeSeen(frames[0].Index) && Remember();
                Take(frames);
                if (visible)
                {
                    FadeFromRemembered();
                }
            }
        }

        /// <summary>
        /// Frames will come over another stream; those here stay until its first plan replaces them. Where that changes
        /// what is on the screen, the difference fades away.
        /// </summary>
        /// <param name="resumed">Whether the server went on with the session, and with its plan numbers.</param>
        public void Rejoin(bool resumed)
        {
            lock (_gate)
            {
                if (!resumed)
                {
                    _planId = 0;
                    _ring.ForgetPlanIds();
                }
            }
        }

        /// <summary>
        /// The pose at a session time. Beyond what is held the last pose stays, before it the first; a time that is no
        /// number shows what was shown before.
        /// </summary>
        public SampleState Sample(double timeS, Pose into)
        {
            lock (_gate)
            {
                if (!double.IsFinite(timeS))
                {
                    timeS = double.IsNaN(_shownS) ? 0.0 : _shownS;
                }
                SampleState state = At(timeS, into);
                if (state == SampleState.Empty)
                {
                    return state;
                }
                bool starved = state == SampleState.Held;
                Stalls += starved && !_starved ? 1 : 0;
                HeldSamples += starved ? 1 : 0;
                _starved = starved;
                _shownS = timeS;
                if (_bridge.Active)
                {
                    _bridge.Apply(into, timeS);
                }
                return state;
            }
        }

        /// <summary>Copies a frame by number; false when it is not held.</summary>
        public bool TryGetFrame(long index, Pose into)
        {
            lock (_gate)
            {
                Pose? found = _ring.Find(index);
                if (found != null)
                {
                    into.CopyFrom(found);
                }
                return found != null;
            }
        }

        /// <summary>
        /// What is held up to about <paramref name="endS"/>, for another server to go on from; false when nothing is.
        /// </summary>
        /// <remarks>
        /// It ends at a whole tenth of a second where the rate has frames there: those are frames inside every model.
        /// Where that lies beyond what is held the character stands there as it is shown.
        /// </remarks>
        /// <param name="endS">Where to end, session time in seconds.</param>
        /// <param name="longestS">How much of the past at most, seconds.</param>
        /// <param name="into">Filled with the frames, the oldest first.</param>
        /// <param name="timeS">Session time of its last frame.</param>
        public bool LastMotion(double endS, double longestS, FrameBatch into, out double timeS)
        {
            into.Clear();
            timeS = 0.0;
            lock (_gate)
            {
                if (_ring.Count == 0)
                {
                    return false;
                }
                int most = Math.Max((int)(longestS * Fps), 1);
                long end = WholeTenth((long)Math.Floor(endS * Fps + Tiny));
                if (end > _ring.Last)
                {
                    Stand(Math.Min(most, Math.Max((int)(0.4 * Fps), 2)), into);
                }
                else
                {
                    end = Math.Max(end, _ring.First);
                    long first = end + 1;
                    while (end - first + 1 < most && _ring.Find(first - 1) != null)
                    {
                        first--;
                    }
                    for (long i = first; i <= end; i++)
                    {
                        into.Add().CopyFrom(_ring.Find(i)!);
                    }
                }
                timeS = end / (double)Fps;
                return into.Count > 0;
            }
        }

        private long WholeTenth(long index)
        {
            double framesPerTenth = Fps / 10.0;
            bool whole = framesPerTenth >= 1.0 && framesPerTenth == Math.Floor(framesPerTenth);
            return whole ? index - index % (long)framesPerTenth : index;
        }

        private void Stand(int count, FrameBatch into)
        {
            Pose last = _ring.Find(_ring.Last)!;
            for (int i = 0; i < count; i++)
            {
                into.Add().CopyFrom(last);
            }
        }

        // whether frames from this one on change what is on the screen: they came late, or after it was held
        private bool MayBeSeen(long first) => _starved || first <= _shownS * Fps + 1.0;

        // the motion that is on the screen, and how its root came there
        private bool Remember()
        {
            if (double.IsNaN(_shownS) || At(_shownS, _before) == SampleState.Empty)
            {
                return false;
            }
            _velocityBefore = VelocityFrom(_before, -1);
            return true;
        }

        private void FadeFromRemembered()
        {
            if (At(_shownS, _after) == SampleState.Empty || !PoseBridge.Needed(_before, _after))
            {
                return;
            }
            if (_bridge.Active)
            {
                // what was on the screen is on its way from an earlier difference
                _velocityBefore += _bridge.Velocity(_shownS);
                _bridge.Apply(_before, _shownS);
            }
            _bridge.Begin(_before, _after, _shownS, _velocityBefore - VelocityFrom(_after, 1));
        }

        // the root's velocity over so many frames from a pose that is on the screen: 0 where it is held
        private Float3 VelocityFrom(Pose pose, int frames)
        {
            At(_shownS + frames / (double)Fps, _beside);
            return (_beside.RootPosition - pose.RootPosition) * (Fps / frames);
        }

        private void Take(FrameBatch frames)
        {
            for (int i = 0; i < frames.Count; i++)
            {
                Pose pose = frames[i];
                Pose? old = pose.Index < 0 ? null : _ring.Find(pose.Index);
                bool older = pose.PlanId < _planId && old != null && old.PlanId > pose.PlanId;
                if (pose.Index >= 0 && !older)
                {
                    _ring.Put(pose);
                }
            }
        }

        private SampleState At(double timeS, Pose into)
        {
            if (_ring.Count == 0)
            {
                return SampleState.Empty;
            }
            double position = timeS * Fps;
            if (position > _ring.Last + Tiny)
            {
                into.CopyFrom(_ring.Find(_ring.Last)!);
                return SampleState.Held;
            }
            long low = (long)Math.Floor(position + Tiny);
            Pose? a = _ring.Find(low);
            if (a == null)
            {
                // before the first frame, or in a gap: the next frame there is
                into.CopyFrom(_ring.FindAtOrAfter(low)!);
                return SampleState.Playing;
            }
            float share = (float)Math.Max(position - low, 0.0);
            Pose? b = share < Tiny ? null : _ring.Find(low + 1);
            if (b == null)
            {
                into.CopyFrom(a);
            }
            else
            {
                into.SetBetween(a, b, share, timeS);
            }
            return SampleState.Playing;
        }
    }
}
