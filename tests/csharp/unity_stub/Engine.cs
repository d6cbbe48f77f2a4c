#nullable enable
using System;
using System.Collections.Generic;
using System.Reflection;
using System.Threading;

namespace UnityEngine
{
    /// <summary>
    /// What Unity does around scripts, as far as the package relies on it: Awake, OnEnable, Start, Update, LateUpdate,
    /// OnDisable and OnDestroy in their order, Destroy at the end of the frame, bodies that fly straight on, and an error
    /// for what may only be used on the main thread.
    /// </summary>
    public static class StubEngine
    {
        private static readonly List<GameObject> Objects = new List<GameObject>();
        private static readonly List<Object> Dying = new List<Object>();
        private static int _mainThread = Environment.CurrentManagedThreadId;

        /// <summary>Unity throws the same way for most of its interface.</summary>
        public static void CheckThread()
        {
            if (Environment.CurrentManagedThreadId != _mainThread)
            {
                throw new InvalidOperationException("this can only be called from the main thread");
            }
        }

        /// <summary>This thread is the main thread from now on.</summary>
        public static void UseThread() => _mainThread = Environment.CurrentManagedThreadId;

        /// <summary>Press play: an empty scene, and what asks to be called then.</summary>
        public static void Play()
        {
            UseThread();
            Application.isPlaying = true;
            foreach (Assembly assembly in AppDomain.CurrentDomain.GetAssemblies())
            {
                foreach (Type type in assembly.FullName!.StartsWith("Lamp.", StringComparison.Ordinal) ? assembly.GetTypes() : Type.EmptyTypes)
                {
                    foreach (MethodInfo method in type.GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public))
                    {
                        if (method.GetCustomAttribute<RuntimeInitializeOnLoadMethodAttribute>() != null)
                        {
                            method.Invoke(null, null);
                        }
                    }
                }
            }
        }

        /// <summary>One frame of the game.</summary>
        public static void Frame(float seconds)
        {
            Time.deltaTime = seconds;
            Time.timeAsDouble += seconds;
            Each(script =>
            {
                if (!script.Started)
                {
                    script.Started = true;
                    Send(script, "Start");
                }
            });
            foreach (GameObject one in Objects)
            {
                one.GetComponent<Rigidbody>()?.StubMove(seconds);
            }
            Each(script => Send(script, "Update"));
            Each(script => Send(script, "LateUpdate"));
            Each(script => Send(script, "OnGUI"));
            Bury();
        }

        /// <summary>The scene is taken down.</summary>
        public static void Stop()
        {
            foreach (GameObject one in new List<GameObject>(Objects))
            {
                Destroy(one, true);
            }
            Application.isPlaying = false;
        }

        internal static void Add(GameObject made) => Objects.Add(made);

        internal static void Destroy(Object? what, bool now)
        {
            if (what is null || what.Gone)
            {
                return;
            }
            Dying.Add(what);
            if (now || !Application.isPlaying)
            {
                Bury();
            }
        }

        /// <summary>Scripts of an object and of those below it start or stop to run.</summary>
        internal static void Wake(GameObject one)
        {
            foreach (Component component in new List<Component>(one.Components))
            {
                if (component is MonoBehaviour script && Application.isPlaying)
                {
                    Run(script, script.enabled && one.activeInHierarchy);
                }
            }
            for (int i = 0; i < one.transform?.childCount; i++)
            {
                Wake(one.transform.GetChild(i).gameObject);
            }
        }

        private static void Run(MonoBehaviour script, bool run)
        {
            if (script.Running == run)
            {
                return;
            }
            if (run && !script.Awoken)
            {
                script.Awoken = true;
                Send(script, "Awake");
            }
            script.Running = run;
            Send(script, run ? "OnEnable" : "OnDisable");
        }

        private static void Bury()
        {
            foreach (Object what in new List<Object>(Dying))
            {
                if (what is GameObject one)
                {
                    for (int i = one.transform.childCount - 1; i >= 0; i--)
                    {
                        Dying.Add(one.transform.GetChild(i).gameObject);
                    }
                    foreach (Component component in new List<Component>(one.Components))
                    {
                        End(component);
                    }
                    one.transform.SetParent(null, false);
                    Objects.Remove(one);
                }
                else if (what is Component component)
                {
                    End(component);
                    component.gameObject.Remove(component);
                }
                what.Gone = true;
                Dying.Remove(what);
            }
            if (Dying.Count > 0)
            {
                Bury();
            }
        }

        private static void End(Component component)
        {
            if (component is MonoBehaviour script)
            {
                Run(script, false);
                Send(script, "OnDestroy");
            }
            component.Gone = !(component is Transform); // its place is still looked at while children end
        }

        private static void Each(Action<MonoBehaviour> act)
        {
            foreach (GameObject one in new List<GameObject>(Objects))
            {
                foreach (Component component in new List<Component>(one.Components))
                {
                    if (component is MonoBehaviour script && script.Running)
                    {
                        act(script);
                    }
                }
            }
        }

        private static void Send(MonoBehaviour script, string message)
        {
            const BindingFlags Any = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;
            MethodInfo? method = script.GetType().GetMethod(message, Any, null, Type.EmptyTypes, null);
            try
            {
                method?.Invoke(script, null);
            }
            catch (TargetInvocationException error)
            {
                // as Unity does: it is logged, and the game goes on
                Debug.Lines.Add("exception " + error.InnerException);
            }
        }
    }

    public static class Time
    {
        public static double timeAsDouble { get; set; }

        public static float deltaTime { get; set; }
    }

    public static class Debug
    {
        public static List<string> Lines { get; } = new List<string>();

        public static void Log(object message, Object? context = null) => Lines.Add("log " + message);

        public static void LogWarning(object message, Object? context = null) => Lines.Add("warning " + message);

        public static void LogError(object message, Object? context = null) => Lines.Add("error " + message);
    }

    public static class Application
    {
        public static event Action? quitting;

        public static bool isPlaying { get; set; }

        public static void StubQuit() => quitting?.Invoke();
    }

    public sealed class WaitForSeconds
    {
        public WaitForSeconds(float seconds)
        {
            StubSeconds = seconds;
        }

        public float StubSeconds { get; }
    }
}
