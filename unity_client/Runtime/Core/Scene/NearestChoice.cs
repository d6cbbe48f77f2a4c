#nullable enable
using System;

namespace Lamp
{
    /// <summary>
    /// Chooses which of many obstacles a character is told of, when there are more than it may have: the nearest, and one
    /// that is chosen stays until another is clearly nearer. Allocates nothing once it has grown.
    /// </summary>
    public sealed class NearestChoice
    {
        private const float Stay = 0.8f; // a chosen one counts as so much of its distance
        private float[] _keys = new float[32];
        private int[] _order = new int[32];

        /// <summary>Marks the nearest.</summary>
        /// <param name="distances">Of every candidate.</param>
        /// <param name="chosen">Which are chosen now; changed to which are chosen from now on.</param>
        /// <param name="count">Number of candidates.</param>
        /// <param name="most">How many may be chosen.</param>
        public void Choose(float[] distances, bool[] chosen, int count, int most)
        {
            if (count <= most)
            {
                for (int i = 0; i < count; i++)
                {
                    chosen[i] = true;
                }
                return;
            }
            if (_keys.Length < count)
            {
                Array.Resize(ref _keys, count * 2);
                Array.Resize(ref _order, count * 2);
            }
            for (int i = 0; i < count; i++)
            {
                _keys[i] = distances[i] * (chosen[i] ? Stay : 1f);
                _order[i] = i;
                chosen[i] = false;
            }
            Array.Sort(_keys, _order, 0, count);
            for (int i = 0; i < most; i++)
            {
                chosen[_order[i]] = true;
            }
        }
    }
}
