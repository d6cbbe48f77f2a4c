#nullable enable
using System;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using Lamp.Protocol;

namespace Lamp.TransportTests
{
    /// <summary>
    /// One call against a server: CALL ADDRESS TIMEOUT_S TOKEN CA [MOST], with "-" for no token and no TLS; MOST: largest
    /// message that is read, bytes. Prints what happened,
    /// last "end STATUS SECONDS TEXT", where STATUS is "Cancelled!" for a call that was cancelled here.
    /// </summary>
    internal static class Program
    {
        private const string Service = "/lamp.v1.MotionService/";

        private static async Task<int> Main(string[] arguments)
        {
            double timeoutS = double.Parse(arguments[2], CultureInfo.InvariantCulture);
            string? token = arguments[3] == "-" ? null : arguments[3];
            bool tls = arguments[4] != "-";
            HttpMessageHandler handler = tls ? Handlers.Trusting(arguments[4]) : Handlers.Plain();
            int most = arguments.Length > 5 ? int.Parse(arguments[5]) : GrpcChannel.DefaultMaxMessageBytes;
            using var channel = new GrpcChannel(arguments[1], tls, token, handler, most);
            var watch = Stopwatch.StartNew();
            string end;
            try
            {
                await Call(arguments[0], channel, timeoutS);
                end = "Ok";
            }
            catch (LampException error)
            {
                end = $"{error.Status} {Seconds(watch)} [{error.Reason}] {error.Message}";
            }
            catch (OperationCanceledException error)
            {
                end = $"Cancelled! {Seconds(watch)} {error.Message}";
            }
            Say("end " + end.Replace('\n', ' '));
            return 0;
        }

        private static Task Call(string name, GrpcChannel channel, double timeoutS) => name switch
        {
            "info" => Info(channel, timeoutS),
            "generate" => Generate(channel, timeoutS, 2f),
            "generate-wrong" => Generate(channel, timeoutS, -5f),
            "drive" => Drive(channel, timeoutS, 1, Bye),
            "drive-version" => Drive(channel, timeoutS, 999, Bye),
            "drive-cancel" => Drive(channel, timeoutS, 1, Cancel),
            "drive-on" => Drive(channel, timeoutS, 1, (call, request) => default),
            _ => throw new ArgumentException(name),
        };

        private static async Task Info(GrpcChannel channel, double timeoutS)
        {
            var response = new GetServerInfoResponse();
            await GrpcCall.UnaryAsync(
                channel, Service + "GetServerInfo", new GetServerInfoRequest(), response, timeoutS, CancellationToken.None);
            Say($"model {response.ModelName} joints {response.Skeleton!.Joints.Count}");
        }

        private static async Task Generate(GrpcChannel channel, double timeoutS, float durationS)
        {
            using var call = new GrpcCall(channel, Service + "Generate", timeoutS);
            var request = new GenerateRequest { DurationS = durationS, Fps = 20f };
            request.Prompts.Add("a person walks");
            await call.WriteAsync(request);
            call.Complete();
            var response = new GenerateResponse();
            int frames = 0;
            while (await call.ReadAsync(response))
            {
                frames += response.Chunk == null ? 0 : response.Chunk.Frames.Count;
            }
            Say($"frames {frames}");
        }

        /// <summary>Opens a session, waits for frames, and then does what is said.</summary>
        private static async Task Drive(
            GrpcChannel channel, double timeoutS, uint version, Func<GrpcCall, DriveRequest, ValueTask> andThen)
        {
            using var call = new GrpcCall(channel, Service + "Drive", timeoutS);
            var request = new DriveRequest();
            request.SetHello().ProtocolVersion = version;
            await call.WriteAsync(request);
            var response = new DriveResponse();
            bool begun = false;
            while (await call.ReadAsync(response))
            {
                if (response.Plan != null && !begun)
                {
                    begun = true;
                    Say("driving");
                    await andThen(call, request);
                }
            }
        }

        private static async ValueTask Bye(GrpcCall call, DriveRequest request)
        {
            request.SetBye();
            await call.WriteAsync(request);
            call.Complete();
        }

        private static ValueTask Cancel(GrpcCall call, DriveRequest request)
        {
            call.Cancel();
            return default;
        }

        private static string Seconds(Stopwatch watch) =>
            watch.Elapsed.TotalSeconds.ToString("F2", CultureInfo.InvariantCulture);

        private static void Say(string line)
        {
            Console.Out.WriteLine(line);
            Console.Out.Flush();
        }
    }
}
