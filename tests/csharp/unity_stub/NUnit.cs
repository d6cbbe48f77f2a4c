#nullable enable
using System;
using System.Collections;

namespace NUnit.Framework
{
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class TestAttribute : Attribute
    {
    }

    [AttributeUsage(AttributeTargets.Method)]
    public sealed class SetUpAttribute : Attribute
    {
    }

    [AttributeUsage(AttributeTargets.Method)]
    public sealed class TearDownAttribute : Attribute
    {
    }

    public sealed class IgnoreException : Exception
    {
        public IgnoreException(string message)
            : base(message)
        {
        }
    }

    public sealed class AssertionException : Exception
    {
        public AssertionException(string message)
            : base(message)
        {
        }
    }

    /// <summary>The classic assertions of NUnit 3 that the package's tests use.</summary>
    public static class Assert
    {
        public static void AreEqual(object? expected, object? actual, string message = "") =>
            Hold(Equals(expected, actual), $"expected {expected}, was {actual} {message}");

        public static void AreEqual(double expected, double actual, double delta, string message = "") =>
            Hold(Math.Abs(expected - actual) <= delta, $"expected {expected} within {delta}, was {actual} {message}");

        public static void Ignore(string message) => throw new IgnoreException(message);

        public static void IsTrue(bool condition, string message = "") => Hold(condition, $"expected true {message}");

        public static void IsFalse(bool condition, string message = "") => Hold(!condition, $"expected false {message}");

        public static void IsNull(object? value, string message = "") =>
            Hold(value == null, $"expected null, was {value} {message}");

        public static void IsNotNull(object? value, string message = "") => Hold(value != null, $"was null {message}");

        public static void Less(double a, double b, string message = "") => Hold(a < b, $"{a} is not less than {b} {message}");

        public static void Greater(double a, double b, string message = "") =>
            Hold(a > b, $"{a} is not greater than {b} {message}");

        public static T Throws<T>(Action code) where T : Exception
        {
            try
            {
                code();
            }
            catch (T expected)
            {
                return expected;
            }
            throw new AssertionException($"nothing threw {typeof(T).Name}");
        }

        private static void Hold(bool condition, string message)
        {
            if (!condition)
            {
                throw new AssertionException(message);
            }
        }
    }

    public static class StringAssert
    {
        public static void Contains(string expected, string actual) =>
            Assert.IsTrue(actual.Contains(expected), $"'{expected}' is not in '{actual}'");
    }
}

namespace UnityEngine.TestTools
{
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class UnityTestAttribute : Attribute
    {
    }

    public static class LogAssert
    {
        public static bool ignoreFailingMessages { get; set; }
    }
}
