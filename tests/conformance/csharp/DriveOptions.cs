#nullable enable
using System;
using System.Globalization;

namespace Lamp.Conformance
{
    /// <summary>The command line of drive.</summary>
    internal sealed class DriveOptions
    {
        public string Address { get; private set; } = string.Empty;

        public string? Token { get; private set; }

        public double Seconds { get; private set; } = 600.0;

        public string Prompt { get; private set; } = "a person walks forward";

        public float Fps { get; private set; } = 30f;

        public static DriveOptions Parse(string[] arguments)
        {
            var options = new DriveOptions();
            for (int i = 1; i + 1 < arguments.Length; i += 2)
            {
                string value = arguments[i + 1];
                switch (arguments[i])
                {
                    case "--address":
                        options.Address = value;
                        break;
                    case "--token":
                        options.Token = value;
                        break;
                    case "--seconds":
                        options.Seconds = double.Parse(value, CultureInfo.InvariantCulture);
                        break;
                    case "--prompt":
                        options.Prompt = value;
                        break;
                    case "--fps":
                        options.Fps = float.Parse(value, CultureInfo.InvariantCulture);
                        break;
                    default:
                        throw new ArgumentException($"option {arguments[i]} is unknown");
                }
            }
            return options;
        }
    }
}
