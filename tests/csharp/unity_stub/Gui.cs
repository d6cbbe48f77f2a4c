#nullable enable
namespace UnityEngine
{
    public static class GUI
    {
        public static string TextField(Rect position, string text) => text;

        public static bool Button(Rect position, string text) => false;

        public static void Label(Rect position, string text)
        {
        }
    }

    public enum ForceMode
    {
        Force = 0,
        VelocityChange = 2,
    }
}
