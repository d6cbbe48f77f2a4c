#nullable enable
using System;
using System.Threading;
using System.Threading.Tasks;

namespace Lamp
{
    /// <summary>What came over a stream.</summary>
    public enum LinkMessage
    {
        /// <summary>The stream ended well.</summary>
        End = 0,
        Plan = 1,
        Frames = 2,
        Notice = 3,
        GoingAway = 4,

        /// <summary>Something a newer server says; to be ignored.</summary>
        Unknown = 5,
    }

    /// <summary>What the server has to say; see CODE_* of the protocol.</summary>
    public readonly struct NoticeInfo
    {
        public readonly int Code;
        public readonly string Message;
        public readonly ulong Revision;

        public NoticeInfo(int code, string message, ulong revision)
        {
            Code = code;
            Message = message;
            Revision = revision;
        }

        /// <summary>Whether what was sent with <see cref="Revision"/> was not taken.</summary>
        public bool IsRefusal => Revision != 0 && (Code == Invalid || Code == StaleRevision);

        public const int Invalid = 1;
        public const int StaleRevision = 2;
    }

    /// <summary>
    /// One stream of a live session, from Hello to its end. One thread sends, one receives. Everything throws
    /// <see cref="LampException"/> and nothing else, and <see cref="OperationCanceledException"/> after a cut.
    /// </summary>
    public interface ILampLink : IDisposable
    {
        /// <summary>The server's, for messages.</summary>
        string Address { get; }

        /// <summary>Says hello and waits for the welcome, of a server with the known protocol and skeleton.</summary>
        Task<WelcomeInfo> OpenAsync(HelloInfo hello, CancellationToken cancel);

        /// <summary>Sends a change of the scene, or a prompt.</summary>
        ValueTask SendAsync(SceneBatch batch);

        ValueTask SendPlayheadAsync(double timeS);

        /// <summary>Says bye and ends this side of the stream.</summary>
        ValueTask SendByeAsync();

        /// <summary>Waits for the next message; frames of plans and of Frames are put into the batch.</summary>
        ValueTask<LinkMessage> ReceiveAsync(FrameBatch frames);

        /// <summary>How many frames of the last message could not be used (not finite, wrong number of joints).</summary>
        int BadFrames { get; }

        /// <summary>The last plan received.</summary>
        PlanReport? Plan { get; }

        /// <summary>The last notice received.</summary>
        NoticeInfo Notice { get; }

        /// <summary>Why the server is about to stop, and in how many seconds.</summary>
        string GoingAwayReason { get; }

        float GoingAwayGraceS { get; }

        /// <summary>Ends the stream without a word; what waits is woken. From any thread.</summary>
        void Cut();
    }

    /// <summary>Makes streams to one server after another. Thread-safe.</summary>
    public interface ILampConnector : IDisposable
    {
        /// <summary>How many addresses there are.</summary>
        int Addresses { get; }

        /// <summary>The address in use, for messages.</summary>
        string Address { get; }

        /// <summary>A stream to the address in use, not opened yet.</summary>
        /// <param name="affinity">Lets a load balancer send streams of one session to one server.</param>
        /// <exception cref="LampException">There is nothing that could connect; the message says what is missing.</exception>
        ILampLink Connect(string affinity);

        /// <summary>
        /// An address does not answer: use the next one from now on, after the last the first. Nothing where another
        /// session was quicker.
        /// </summary>
        void Leave(string address);

        /// <summary>The connection may be dead: the next stream uses a new one.</summary>
        void Redial();

        /// <summary>Uploads geometry unless the server has it; true when it had to be sent.</summary>
        Task<bool> BringAsync(GeometryContent content, float metresPerUnit, CancellationToken cancel);
    }
}
