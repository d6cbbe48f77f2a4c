#nullable enable
using System;

namespace Lamp.Conformance
{
    /// <summary>The client program of the C# client; ../README.md says what it does.</summary>
    internal static class Program
    {
        private static int Main(string[] arguments)
        {
            switch (arguments.Length > 0 ? arguments[0] : string.Empty)
            {
                case "vectors":
                    new VectorsMode().Run(Console.In, Console.Out);
                    return 0;
                case "codec":
                    CodecMode.Run(Console.OpenStandardInput(), Console.OpenStandardOutput());
                    return 0;
                case "drive":
                    return new Game(DriveOptions.Parse(arguments)).Run();
                default:
                    Console.Error.WriteLine("usage: lamp_conformance drive|vectors|codec ...; see tests/conformance/README.md");
                    return 2;
            }
        }
    }
}
