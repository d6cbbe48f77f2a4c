#nullable enable
using System;
using NUnit.Framework;

namespace Lamp.Tests
{
    public sealed class ReconnectTests
    {
        [Test]
        public void AttemptsComeEverLaterButNeverMoreThanSevenTenthsOfASecondApart()
        {
            var delays = new BackOff(new Reconnect(), new Random(1));
            Assert.AreEqual(0.0, delays.NextDelayS(), 0.0, "the first one at once");
            Assert.AreEqual(0.1, delays.NextDelayS(), 0.031);
            double longest = 0.0;
            for (int i = 0; i < 50; i++)
            {
                longest = Math.Max(longest, delays.NextDelayS());
            }
            Assert.Greater(longest, 0.7);
            Assert.Less(longest, 0.7 * 1.3 + 1e-9, "varied by up to 0.3 of it");
        }
    }
}
