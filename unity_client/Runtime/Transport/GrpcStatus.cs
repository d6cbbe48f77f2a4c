#nullable enable
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net.Http.Headers;
using System.Text;
using Lamp.Protocol;

namespace Lamp
{
    /// <summary>How a call ended, out of its trailers, with the details that LaMP servers attach.</summary>
    internal static class GrpcStatus
    {
        public const string Header = "grpc-status";

        /// <summary>Null: it ended well.</summary>
        public static LampException? Read(HttpHeaders trailers)
        {
            string? code = First(trailers, Header);
            if (code == null)
            {
                return new LampException(LampStatus.Unavailable, "the stream ended without a status");
            }
            if (!int.TryParse(code, NumberStyles.Integer, CultureInfo.InvariantCulture, out int number) || number == 0)
            {
                return number == 0 && code == "0" ? null : new LampException(LampStatus.Unknown, $"grpc-status '{code}'");
            }
            string message = Uri.UnescapeDataString(First(trailers, "grpc-message") ?? "no reason was given");
            var details = new Details();
            string? binary = First(trailers, "grpc-status-details-bin");
            if (binary != null)
            {
                details.TryRead(binary);
            }
            LampStatus status = number <= 16 ? (LampStatus)number : LampStatus.Unknown;
            return new LampException(status, message + details.Violations, details.Reason, details.RetryAfterS);
        }

        /// <summary>What a proxy means by an HTTP status.</summary>
        public static LampException FromHttp(int http, string address)
        {
            LampStatus status = http == 401 ? LampStatus.Unauthenticated
                : http == 403 ? LampStatus.PermissionDenied
                : http == 404 ? LampStatus.Unimplemented
                : http == 429 || http >= 500 ? LampStatus.Unavailable
                : LampStatus.Unknown;
            return new LampException(status, $"{address} answered with HTTP status {http}; is it a LaMP server?");
        }

        private static string? First(HttpHeaders headers, string name) =>
            headers.TryGetValues(name, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;

        /// <summary>google.rpc.Status and what it may carry, as far as it is of use.</summary>
        private sealed class Details
        {
            private readonly StringBuilder _violations = new StringBuilder();

            public string Reason { get; private set; } = string.Empty;

            public double RetryAfterS { get; private set; }

            public string Violations => _violations.ToString();

            public void TryRead(string base64)
            {
                try
                {
                    string padded = base64.PadRight((base64.Length + 3) / 4 * 4, '=');
                    var status = new WireReader(Convert.FromBase64String(padded));
                    Each(ref status, 3, Any);
                }
                catch (Exception error) when (error is FormatException || error is LampProtocolException)
                {
                    // the plain status says enough
                }
            }

            private delegate void Reader(ref WireReader reader);

            private static void Each(ref WireReader reader, int field, Reader read)
            {
                uint tag;
                while ((tag = reader.ReadTag()) != 0)
                {
                    if (tag == (uint)(field << 3 | 2))
                    {
                        WireReader nested = reader.ReadNested();
                        read(ref nested);
                    }
                    else
                    {
                        reader.Skip(tag);
                    }
                }
            }

            private void Any(ref WireReader any)
            {
                string type = string.Empty;
                uint tag;
                while ((tag = any.ReadTag()) != 0)
                {
                    if (tag == 10)
                    {
                        type = any.ReadString();
                    }
                    else if (tag == 18)
                    {
                        WireReader value = any.ReadNested();
                        Value(type, ref value);
                    }
                    else
                    {
                        any.Skip(tag);
                    }
                }
            }

            private void Value(string type, ref WireReader value)
            {
                if (type.EndsWith("/google.rpc.ErrorInfo", StringComparison.Ordinal))
                {
                    Text(ref value, out string reason, out _);
                    Reason = reason;
                }
                else if (type.EndsWith("/google.rpc.RetryInfo", StringComparison.Ordinal))
                {
                    Each(ref value, 1, Duration);
                }
                else if (type.EndsWith("/google.rpc.BadRequest", StringComparison.Ordinal))
                {
                    Each(ref value, 1, Violation);
                }
            }

            private void Violation(ref WireReader violation)
            {
                Text(ref violation, out string field, out string description);
                _violations.Append(_violations.Length == 0 ? ": " : "; ").Append(field).Append(": ").Append(description);
            }

            private void Duration(ref WireReader duration)
            {
                uint tag;
                while ((tag = duration.ReadTag()) != 0)
                {
                    if (tag == 8)
                    {
                        RetryAfterS += (long)duration.ReadVarint();
                    }
                    else if (tag == 16)
                    {
                        RetryAfterS += 1e-9 * (int)duration.ReadVarint();
                    }
                    else
                    {
                        duration.Skip(tag);
                    }
                }
            }

            private static void Text(ref WireReader reader, out string first, out string second)
            {
                first = second = string.Empty;
                uint tag;
                while ((tag = reader.ReadTag()) != 0)
                {
                    if (tag == 10)
                    {
                        first = reader.ReadString();
                    }
                    else if (tag == 18)
                    {
                        second = reader.ReadString();
                    }
                    else
                    {
                        reader.Skip(tag);
                    }
                }
            }
        }
    }
}
