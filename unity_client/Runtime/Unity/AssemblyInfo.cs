using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Lamp.Tests.Editor")]
