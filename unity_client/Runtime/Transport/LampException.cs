#nullable enable
using System;

namespace Lamp
{
    /// <summary>A call or a session failed, or a value cannot be used; the message says which, why, and what to do.</summary>
    public sealed class LampException : Exception
    {
        /// <summary><see cref="Reason"/> of a message beyond the limit of this side.</summary>
        public const string TooLarge = "MESSAGE_TOO_LARGE";

        /// <param name="status">The code of gRPC.</param>
        /// <param name="message">For a person to read.</param>
        /// <param name="reason">A constant such as "SHUTTING_DOWN"; empty where it was not a LaMP server that spoke.</param>
        /// <param name="retryAfterS">When to try again, seconds; 0 where nobody said so.</param>
        /// <param name="inner">What caused it.</param>
        public LampException(
            LampStatus status, string message, string reason = "", double retryAfterS = 0.0, Exception? inner = null)
            : base(message, inner)
        {
            Status = status;
            Reason = reason;
            RetryAfterS = retryAfterS;
        }

        public LampStatus Status { get; }

        public string Reason { get; }

        public double RetryAfterS { get; }

        /// <summary>Whether a session ended because its connection or its server did, not by a decision about it.</summary>
        public bool IsLost
        {
            get
            {
                if (Reason.Length > 0)
                {
                    return Status == LampStatus.Unavailable;
                }
                // a transport or a proxy speaks with these codes and without a reason
                return Status == LampStatus.Unavailable || Status == LampStatus.Internal
                    || Status == LampStatus.Unknown || Status == LampStatus.Cancelled
                    || Status == LampStatus.DeadlineExceeded;
            }
        }

        /// <summary>Whether another attempt, or another server, may answer differently.</summary>
        public bool MayTryAgain => IsLost || (Status == LampStatus.ResourceExhausted && Reason != TooLarge);

        /// <summary>What the user can do about it; empty where there is nothing general to say.</summary>
        public string Remedy
        {
            get
            {
                switch (Status)
                {
                    case LampStatus.FailedPrecondition:
                        return "Install the same version of the server and of this package.";
                    case LampStatus.Unauthenticated:
                    case LampStatus.PermissionDenied:
                        return "Give the token of the server (lamp serve --token-file) in the LampServer settings.";
                    case LampStatus.ResourceExhausted when Reason != TooLarge:
                        return "Wait, or start the server with a larger --max-sessions.";
                    case LampStatus.Unavailable:
                    case LampStatus.DeadlineExceeded:
                        return "Start the server (lamp serve) and check address, port and firewall.";
                    default:
                        return string.Empty;
                }
            }
        }
    }
}
