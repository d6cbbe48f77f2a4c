#nullable enable
using System;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.ExceptionServices;
using NUnit.Framework;

namespace Lamp.TestRunner
{
    /// <summary>Runs the [Test] methods of an assembly, each on a new object: "ok NAME", or "fail NAME: WHY" and status 1.</summary>
    internal static class Program
    {
        private static int Main(string[] arguments)
        {
            Assembly assembly = Assembly.LoadFrom(Path.GetFullPath(arguments[0]));
            int failed = 0;
            foreach (Type type in assembly.GetTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
            {
                foreach (MethodInfo method in type.GetMethods().Where(Has<TestAttribute>))
                {
                    string name = type.Name + "." + method.Name;
                    string? problem = Run(type, method);
                    failed += problem == null ? 0 : 1;
                    Console.WriteLine(problem == null ? "ok " + name : "fail " + name + ": " + problem.Replace('\n', ' '));
                }
            }
            return failed == 0 ? 0 : 1;
        }

        private static bool Has<T>(MethodInfo method) where T : Attribute => method.GetCustomAttribute<T>() != null;

        private static string? Run(Type type, MethodInfo method)
        {
            try
            {
                object? test = Activator.CreateInstance(type);
                MethodInfo[] around = type.GetMethods();
                foreach (MethodInfo before in around.Where(Has<SetUpAttribute>))
                {
                    Invoke(before, test);
                }
                try
                {
                    Invoke(method, test);
                }
                finally
                {
                    foreach (MethodInfo after in around.Where(Has<TearDownAttribute>))
                    {
                        Invoke(after, test);
                    }
                }
                return null;
            }
            catch (Exception error)
            {
                return error.ToString();
            }
        }

        private static void Invoke(MethodInfo method, object? test)
        {
            try
            {
                method.Invoke(test, null);
            }
            catch (TargetInvocationException error)
            {
                ExceptionDispatchInfo.Capture(error.InnerException!).Throw();
            }
        }
    }
}
