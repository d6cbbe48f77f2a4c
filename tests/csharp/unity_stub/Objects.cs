#nullable enable
using System;
using System.Collections;
using System.Collections.Generic;

namespace UnityEngine
{
    public class Object
    {
        private static int _ids;
        private readonly int _id = ++_ids;

        public string name { get; set; } = string.Empty;

        public int GetInstanceID() => _id;

        public static void Destroy(Object? obj)
        {
        }

        public static void DestroyImmediate(Object? obj)
        {
        }

        public static T Instantiate<T>(T original) where T : Object => original;
    }

    public class Component : Object
    {
        public GameObject gameObject { get; internal set; } = null!;

        public Transform transform => gameObject.transform;

        public T? GetComponent<T>() where T : class => gameObject.GetComponent<T>();
    }

    public class Behaviour : Component
    {
        public bool enabled { get; set; } = true;
    }

    public class MonoBehaviour : Behaviour
    {
    }

    public class ScriptableObject : Object
    {
        public static T CreateInstance<T>() where T : ScriptableObject, new() => new T();
    }

    public sealed class GameObject : Object
    {
        private readonly List<Component> _components = new List<Component>();

        public GameObject(string name = "")
        {
            this.name = name;
            transform = AddComponent<Transform>();
        }

        public Transform transform { get; }

        public void SetActive(bool value)
        {
        }

        public T AddComponent<T>() where T : Component, new()
        {
            var component = new T { gameObject = this, name = name };
            _components.Add(component);
            return component;
        }

        public T? GetComponent<T>() where T : class
        {
            foreach (Component component in _components)
            {
                if (component is T found)
                {
                    return found;
                }
            }
            return null;
        }

        public static GameObject CreatePrimitive(PrimitiveType type) => new GameObject(type.ToString());
    }

    public enum PrimitiveType
    {
        Sphere,
        Capsule,
        Cylinder,
        Cube,
        Plane,
    }

    public sealed class Transform : Component
    {
        public Transform? parent { get; set; }
        public Vector3 localPosition { get; set; }
        public Quaternion localRotation { get; set; } = Quaternion.identity;
        public Vector3 localScale { get; set; } = Vector3.one;

        public Vector3 position
        {
            get => parent == null ? localPosition : parent.TransformPoint(localPosition);
            set => localPosition = parent == null ? value : parent.InverseTransformPoint(value);
        }

        public Quaternion rotation
        {
            get => parent == null ? localRotation : parent.rotation * localRotation;
            set => localRotation = parent == null ? value : Quaternion.Inverse(parent.rotation) * value;
        }

        public Vector3 lossyScale => parent == null ? localScale : Vector3.Scale(parent.lossyScale, localScale);

        public Vector3 forward => rotation * Vector3.forward;

        public void SetParent(Transform? value) => parent = value;

        public bool IsChildOf(Transform other)
        {
            for (Transform? at = this; at != null; at = at.parent)
            {
                if (at == other)
                {
                    return true;
                }
            }
            return false;
        }

        public Vector3 TransformPoint(Vector3 point) => position + rotation * Vector3.Scale(lossyScale, point);

        public Vector3 InverseTransformPoint(Vector3 point)
        {
            Vector3 turned = Quaternion.Inverse(rotation) * (point - position);
            Vector3 scale = lossyScale;
            return new Vector3(turned.x / scale.x, turned.y / scale.y, turned.z / scale.z);
        }

        public void SetPositionAndRotation(Vector3 newPosition, Quaternion newRotation)
        {
            position = newPosition;
            rotation = newRotation;
        }

        public void LookAt(Vector3 point)
        {
        }
    }

    public sealed class TextAsset : Object
    {
        public string text { get; set; } = string.Empty;
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

        public static bool isPlaying { get; set; } = true;

        public static void Quit() => quitting?.Invoke();
    }

    public sealed class WaitForSeconds
    {
        public WaitForSeconds(float seconds)
        {
        }
    }

    public sealed class Coroutine
    {
    }
}
