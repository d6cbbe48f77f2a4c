#nullable enable
using System.Collections.Generic;

namespace UnityEngine
{
    public sealed class Transform : Component
    {
        private readonly List<Transform> _children = new List<Transform>();
        private Vector3 _localPosition;
        private Transform? _parent;

        public Transform? parent
        {
            get => _parent;
            set => SetParent(value);
        }

        public int childCount => _children.Count;

        public Vector3 localPosition
        {
            get
            {
                StubEngine.CheckThread();
                return _localPosition;
            }
            set => _localPosition = value;
        }

        public Quaternion localRotation { get; set; } = Quaternion.identity;

        public Vector3 localScale { get; set; } = Vector3.one;

        public Vector3 position
        {
            get => parent is null ? localPosition : parent.TransformPoint(localPosition);
            set => localPosition = parent is null ? value : parent.InverseTransformPoint(value);
        }

        public Quaternion rotation
        {
            get => parent is null ? localRotation : parent.rotation * localRotation;
            set => localRotation = parent is null ? value : Quaternion.Inverse(parent.rotation) * value;
        }

        public Vector3 lossyScale => parent is null ? localScale : Vector3.Scale(parent.lossyScale, localScale);

        public Vector3 forward => rotation * Vector3.forward;

        public Transform GetChild(int index) => _children[index];

        public void SetParent(Transform? value) => SetParent(value, true);

        public void SetParent(Transform? value, bool worldPositionStays)
        {
            Vector3 at = position;
            Quaternion turn = rotation;
            _parent?._children.Remove(this);
            _parent = value;
            _parent?._children.Add(this);
            if (worldPositionStays)
            {
                SetPositionAndRotation(at, turn);
            }
        }

        public bool IsChildOf(Transform other)
        {
            for (Transform? at = this; at is object; at = at.parent)
            {
                if (ReferenceEquals(at, other))
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
    }
}
