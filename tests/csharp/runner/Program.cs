#nullable enable
using System;
using System.Collections;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.ExceptionServices;
using System.Threading;
using NUnit.Framework;
using UnityEngine;
using UnityEngine.TestTools;

namespace Lamp.TestRunner
{
    /// <summary>
    /// Runs the tests of an assembly, each on a new object: [Test] as in the editor, [UnityTest] while the game plays, in
    /// real time. Prints "ok NAME", "ignored NAME: WHY", or "fail NAME: WHY" and ends with status 1.
    /// </summary>
    internal static class Program
    {
        private const double FrameS = 1.0 / 60.0;
        private const double LongestS = 60.0;

        private static int Main(string[] arguments)
        {
            Assembly assembly = Assembly.LoadFrom(Path.GetFullPath(arguments[0]));
            foreach (AssemblyName name in assembly.GetReferencedAssemblies())
            {
                Assembly.Load(name); // what wants to be called when the game starts is found there
            }
            int failed = 0;
            foreach (Type type in assembly.GetTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
            {
                foreach (MethodInfo method in type.GetMethods().Where(m => Has<TestAttribute>(m) || Has<UnityTestAttribute>(m)))
                {
                    string said = Run(type, method);
                    failed += said.StartsWith("fail", StringComparison.Ordinal) ? 1 : 0;
                    Console.WriteLine(said.Replace('\n', ' '));
                }
            }
            return failed == 0 ? 0 : 1;
        }

        private static bool Has<T>(MethodInfo method) where T : Attribute => method.GetCustomAttribute<T>() != null;

        private static string Run(Type type, MethodInfo method)
        {
            string name = type.Name + "." + method.Name;
            try
            {
                bool play = Has<UnityTestAttribute>(method);
                if (play)
                {
                    StubEngine.Play();
                }
                try
                {
                    Act(type, method);
                }
                finally
                {
                    StubEngine.Stop();
                }
                return "ok " + name;
            }
            catch (IgnoreException why)
            {
                return $"ignored {name}: {why.Message}";
            }
            catch (Exception error)
            {
                return $"fail {name}: {error}";
            }
        }

        private static void Act(Type type, MethodInfo method)
        {
            object? test = Activator.CreateInstance(type);
            MethodInfo[] around = type.GetMethods();
            foreach (MethodInfo before in around.Where(Has<SetUpAttribute>))
            {
                Invoke(before, test);
            }
            try
            {
                if (Invoke(method, test) is IEnumerator frames)
                {
                    Play(frames);
                }
            }
            finally
            {
                foreach (MethodInfo after in around.Where(Has<TearDownAttribute>))
                {
                    Invoke(after, test);
                }
            }
        }

        private static void Play(IEnumerator frames)
        {
            var watch = Stopwatch.StartNew();
            double shownS = 0.0;
            while (frames.MoveNext())
            {
                double untilS = watch.Elapsed.TotalSeconds + ((frames.Current as WaitForSeconds)?.StubSeconds ?? 0f);
                do
                {
                    Thread.Sleep((int)(1000.0 * Math.Max(shownS + FrameS - watch.Elapsed.TotalSeconds, 0.0)));
                    double nowS = watch.Elapsed.TotalSeconds;
                    StubEngine.Frame((float)(nowS - shownS));
                    shownS = nowS;
                }
                while (shownS < untilS);
                if (shownS > LongestS)
                {
                    throw new TimeoutException($"it plays for more than {LongestS} s");
                }
            }
        }

        private static object? Invoke(MethodInfo method, object? test)
        {
            try
            {
                return method.Invoke(test, null);
            }
            catch (TargetInvocationException error)
            {
                ExceptionDispatchInfo.Capture(error.InnerException!).Throw();
                throw;
            }
        }
    }
}
