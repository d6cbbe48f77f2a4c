#nullable enable
using Lamp.Unity;
using NUnit.Framework;

namespace Lamp.Tests
{
    public sealed class ServerSettingsTests
    {
        [Test]
        public void SettingsThatFitTogetherPass()
        {
            LampServer.At("127.0.0.1:50061").Check();
            LampServer.WithTls("motion.example:443").Check();
            LampServer.WithTls("motion.example:443", "CA", "CERTIFICATE", "KEY").Check();
        }

        [Test]
        public void ACertificateWithoutItsKeyIsNamedWithWhereToPutIt()
        {
            LampServer server = LampServer.WithTls("motion.example:443", "CA", "CERTIFICATE");
            string message = Assert.Throws<LampException>(server.Check).Message;
            StringAssert.Contains("'motion.example:443'", message);
            StringAssert.Contains("LAMP_CLIENT_KEY_FILE", message);
            server.ClientKey = "KEY";
            Assert.AreEqual("KEY", server.ReadClientKey());
        }

        [Test]
        public void NoCertificateWantsNoKey()
        {
            Assert.IsNull(LampServer.WithTls("motion.example:443", "CA").ReadClientKey());
        }

        [Test]
        public void NoAddressIsRefused()
        {
            StringAssert.Contains("addresses", Assert.Throws<LampException>(LampServer.At().Check).Message);
        }

        [Test]
        public void ATokenSetByCodeComesBeforeTheVariable()
        {
            LampServer server = LampServer.At("127.0.0.1:50061");
            server.Token = "a-token-of-at-least-sixteen";
            Assert.AreEqual("a-token-of-at-least-sixteen", server.EffectiveToken);
        }
    }
}
