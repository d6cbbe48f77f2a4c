#nullable enable
using System.Threading;
using System.Threading.Tasks;
using Proto = Lamp.Protocol;

namespace Lamp
{
    /// <summary>A Drive stream over gRPC. Messages are kept and filled again.</summary>
    internal sealed class GrpcLink : ILampLink
    {
        private const string Drive = "/lamp.v1.MotionService/Drive";
        private readonly GrpcCall _call;
        private readonly Proto.DriveRequest _request = new Proto.DriveRequest();
        private readonly Proto.DriveResponse _response = new Proto.DriveResponse();

        public GrpcLink(GrpcChannel channel, string affinity)
        {
            Address = channel.Address;
            _call = new GrpcCall(channel, Drive, 0.0, affinity);
        }

        public string Address { get; }

        public int BadFrames { get; private set; }

        public PlanReport? Plan { get; private set; }

        public NoticeInfo Notice { get; private set; }

        public string GoingAwayReason { get; private set; } = string.Empty;

        public float GoingAwayGraceS { get; private set; }

        public async Task<WelcomeInfo> OpenAsync(HelloInfo hello, CancellationToken cancel)
        {
            using CancellationTokenRegistration cut = cancel.Register(Cut);
            _request.Clear();
            WireConvert.Fill(_request.SetHello(), hello);
            try
            {
                await _call.WriteAsync(_request).ConfigureAwait(false);
            }
            catch (LampException)
            {
                // a server that ends the stream at once says why in its status
            }
            if (!await _call.ReadAsync(_response).ConfigureAwait(false) || _response.Welcome == null)
            {
                throw new LampException(LampStatus.Aborted, "the server did not say welcome");
            }
            if (_response.Welcome.ProtocolVersion != hello.ProtocolVersion)
            {
                throw new LampException(
                    LampStatus.FailedPrecondition,
                    $"the server speaks protocol {_response.Welcome.ProtocolVersion}, this package {hello.ProtocolVersion}");
            }
            return WireRead.Welcome(_response.Welcome);
        }

        public ValueTask SendAsync(SceneBatch batch)
        {
            _request.Clear();
            if (batch.Prompt != null)
            {
                Proto.Prompt prompt = _request.SetPrompt();
                prompt.Revision = batch.Revision;
                prompt.Text = batch.Prompt;
            }
            else
            {
                WireConvert.Fill(_request.SetSceneUpdate(), batch);
            }
            return _call.WriteAsync(_request);
        }

        public ValueTask SendPlayheadAsync(double timeS)
        {
            _request.Clear();
            _request.SetPlayhead().TimeS = timeS;
            return _call.WriteAsync(_request);
        }

        public async ValueTask SendByeAsync()
        {
            _request.Clear();
            _request.SetBye();
            await _call.WriteAsync(_request).ConfigureAwait(false);
            _call.Complete();
        }

        public async ValueTask<LinkMessage> ReceiveAsync(FrameBatch frames)
        {
            BadFrames = 0;
            if (!await _call.ReadAsync(_response).ConfigureAwait(false))
            {
                return LinkMessage.End;
            }
            if (_response.Frames != null)
            {
                BadFrames = WireRead.Frames(_response.Frames.FramesList, frames);
                return LinkMessage.Frames;
            }
            if (_response.Plan != null)
            {
                BadFrames = WireRead.Frames(_response.Plan.Frames, frames);
                Plan = WireRead.Plan(_response.Plan);
                return LinkMessage.Plan;
            }
            if (_response.Notice != null)
            {
                Notice = WireRead.Notice(_response.Notice);
                return LinkMessage.Notice;
            }
            if (_response.GoingAway != null)
            {
                GoingAwayReason = _response.GoingAway.Reason;
                GoingAwayGraceS = _response.GoingAway.GraceS;
                return LinkMessage.GoingAway;
            }
            return LinkMessage.Unknown;
        }

        public void Cut() => _call.Cancel();

        public void Dispose() => _call.Dispose();
    }
}
