#nullable enable
using System;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using Lamp.Unity;
using UnityEditor;
using UnityEngine;

namespace Lamp.PlayTests
{
    /// <summary>
    /// Plays the package's components against a server, on the stand-ins for Unity:
    /// "sample ADDRESS SECONDS FILE [SPEED]" plays the sample scene and writes what was seen; "end WAY ADDRESS" drives a character
    /// and ends the game in one of several ways; "tls ADDRESS CA [CERTIFICATE KEY]" connects encrypted. Prints what happened.
    /// </summary>
    internal static class Program
    {
        private static int Main(string[] arguments)
        {
            RuntimeHelpers.RunClassConstructor(EditorLifetime().TypeHandle);
            StubEngine.Play();
            switch (arguments[0])
            {
                case "sample":
                    double speed = arguments.Length > 4 ? double.Parse(arguments[4]) : 1.0;
                    new Sample(arguments[1], double.Parse(arguments[2]), speed).Record(arguments[3]);
                    break;
                case "end":
                    End(arguments[1], LampServer.At(arguments[2]));
                    break;
                case "tls":
                    Encrypted(arguments.Skip(1).ToArray());
                    break;
                default:
                    throw new ArgumentException(arguments[0]);
            }
            foreach (string line in Debug.Lines)
            {
                Say(line.Replace('\n', ' '));
            }
            Say("done");
            return 0;
        }

        /// <summary>What the editor runs when it loads scripts.</summary>
        private static Type EditorLifetime() =>
            System.Reflection.Assembly.Load("Lamp.UnityEditor").GetType("Lamp.UnityEditor.LampEditorLifetime", true)!;

        private static void End(string way, LampServer server)
        {
            LampCharacter character = Hero(server);
            var clock = new Clock();
            clock.Until(() => character.Showing == SampleState.Playing, 20.0);
            Say("driving");
            switch (way)
            {
                case "leave-play":
                    EditorApplication.StubChange(PlayModeStateChange.ExitingPlayMode);
                    StubEngine.Stop();
                    break;
                case "reload":
                    AssemblyReloadEvents.StubReload();
                    break;
                case "quit-editor":
                    EditorApplication.StubQuit();
                    break;
                case "quit":
                    Application.StubQuit();
                    break;
                case "disable":
                    character.gameObject.SetActive(false);
                    clock.For(1.0);
                    break;
                case "destroy":
                    UnityEngine.Object.Destroy(character.gameObject);
                    clock.For(1.0);
                    break;
                case "play-again":
                    // without a domain reload the statics of the last play are still there
                    StubEngine.Play();
                    break;
                default:
                    throw new ArgumentException(way);
            }
            Say($"open {LampConnection.SessionCount} {LampConnection.ConnectionCount}");
            Console.In.ReadLine(); // the process, and with it every connection, stays until the test has looked
        }

        private static void Encrypted(string[] arguments)
        {
            string? Read(int i) => arguments.Length > i ? File.ReadAllText(arguments[i]) : null;
            LampCharacter character = Hero(LampServer.WithTls(arguments[0], Read(1), Read(2), Read(3)));
            var clock = new Clock();
            clock.Until(() => character.Showing == SampleState.Playing || character.Problem.Length > 0, 20.0);
            Say(character.Problem.Length > 0 ? "problem" : "driving");
            LampConnection.Shutdown();
        }

        private static LampCharacter Hero(LampServer server)
        {
            GameObject hero = LampMannequin.Create("hero");
            hero.SetActive(false);
            LampCharacter character = hero.AddComponent<LampCharacter>();
            character.Server = server;
            hero.SetActive(true);
            return character;
        }

        internal static void Say(string line)
        {
            Console.Out.WriteLine(line);
            Console.Out.Flush();
        }
    }
}
