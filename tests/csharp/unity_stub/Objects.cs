#nullable enable
using System;
using System.Collections.Generic;

namespace UnityEngine
{
    public class Object
    {
        private static int _ids;
        private readonly int _id = ++_ids;
        private string _name = string.Empty;

        internal bool Gone { get; set; }

        public string name
        {
            get
            {
                StubEngine.CheckThread();
                return _name;
            }
            set => _name = value;
        }

        public int GetInstanceID() => _id;

        /// <summary>At the end of the frame, as in Unity.</summary>
        public static void Destroy(Object? obj) => StubEngine.Destroy(obj, false);

        public static void DestroyImmediate(Object? obj) => StubEngine.Destroy(obj, true);

        public static T Instantiate<T>(T original) where T : Object => throw new NotSupportedException("there are no prefabs here");

        /// <summary>What is destroyed equals null.</summary>
        public static bool operator ==(Object? a, Object? b)
        {
            bool none = a is null || a.Gone;
            return none || b is null || b.Gone ? none && (b is null || b.Gone) : ReferenceEquals(a, b);
        }

        public static bool operator !=(Object? a, Object? b) => !(a == b);

        public override bool Equals(object? other) => other is Object found && this == found;

        public override int GetHashCode() => _id;
    }

    public class Component : Object
    {
        public GameObject gameObject { get; internal set; } = null!;

        public Transform transform => gameObject.transform;

        public T? GetComponent<T>() where T : class => gameObject.GetComponent<T>();
    }

    public class Behaviour : Component
    {
        private bool _enabled = true;

        public bool enabled
        {
            get => _enabled;
            set
            {
                _enabled = value;
                StubEngine.Wake(gameObject);
            }
        }
    }

    public class MonoBehaviour : Behaviour
    {
        internal bool Awoken { get; set; }

        internal bool Running { get; set; }

        internal bool Started { get; set; }
    }

    public class ScriptableObject : Object
    {
        public static T CreateInstance<T>() where T : ScriptableObject, new() => new T();
    }

    public sealed class TextAsset : Object
    {
        private readonly string _text;

        public TextAsset(string text)
        {
            _text = text;
        }

        public string text
        {
            get
            {
                StubEngine.CheckThread();
                return _text;
            }
        }
    }

    public sealed class GameObject : Object
    {
        private readonly List<Component> _components = new List<Component>();

        public GameObject(string name = "")
        {
            this.name = name;
            transform = AddComponent<Transform>();
            StubEngine.Add(this);
        }

        public Transform transform { get; }

        public bool activeSelf { get; private set; } = true;

        public bool activeInHierarchy =>
            activeSelf && (transform.parent is null || transform.parent.gameObject.activeInHierarchy);

        internal IReadOnlyList<Component> Components => _components;

        public void SetActive(bool value)
        {
            activeSelf = value;
            StubEngine.Wake(this);
        }

        public T AddComponent<T>() where T : Component, new()
        {
            foreach (RequireComponent required in typeof(T).GetCustomAttributes(typeof(RequireComponent), true))
            {
                if (!_components.Exists(required.Type.IsInstanceOfType))
                {
                    Add((Component)Activator.CreateInstance(required.Type)!);
                }
            }
            var component = new T();
            Add(component);
            StubEngine.Wake(this);
            return component;
        }

        public T? GetComponent<T>() where T : class
        {
            foreach (Component component in _components)
            {
                if (component is T found && !component.Gone)
                {
                    return found;
                }
            }
            return null;
        }

        public static GameObject CreatePrimitive(PrimitiveType type)
        {
            var made = new GameObject(type.ToString());
            switch (type)
            {
                case PrimitiveType.Sphere:
                    made.AddComponent<SphereCollider>();
                    break;
                case PrimitiveType.Cube:
                    made.AddComponent<BoxCollider>();
                    break;
                case PrimitiveType.Plane:
                    made.AddComponent<MeshCollider>();
                    break;
                default:
                    made.AddComponent<CapsuleCollider>();
                    break;
            }
            return made;
        }

        internal void Remove(Component component) => _components.Remove(component);

        private void Add(Component component)
        {
            component.gameObject = this;
            component.name = name;
            _components.Add(component);
        }
    }

    public enum PrimitiveType
    {
        Sphere = 0,
        Capsule = 1,
        Cylinder = 2,
        Cube = 3,
        Plane = 4,
    }
}
