#nullable enable
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace Lamp
{
    /// <summary>Geometry this session has uploaded, so that another server can have it too.</summary>
    internal sealed class GeometryShelf
    {
        private readonly object _gate = new object();
        private readonly Dictionary<string, GeometryContent> _contents = new Dictionary<string, GeometryContent>();
        private readonly ILampConnector _connector;
        private readonly float _metresPerUnit;
        private readonly CancellationToken _stop;

        public GeometryShelf(ILampConnector connector, float metresPerUnit, CancellationToken stop)
        {
            _connector = connector;
            _metresPerUnit = metresPerUnit;
            _stop = stop;
        }

        public async Task<bool> BringAsync(GeometryContent content)
        {
            lock (_gate)
            {
                _contents[content.Id] = content;
            }
            return await _connector.BringAsync(content, _metresPerUnit, _stop).ConfigureAwait(false);
        }

        /// <summary>
        /// Brings what is known of <paramref name="ids"/> to the server in use; why something could not be brought (the
        /// obstacles of it will be refused), empty when all is well.
        /// </summary>
        public async Task<string> RestoreAsync(List<string> ids)
        {
            string problem = string.Empty;
            foreach (string id in ids)
            {
                GeometryContent? content;
                lock (_gate)
                {
                    _contents.TryGetValue(id, out content);
                }
                if (content == null)
                {
                    continue;
                }
                try
                {
                    await _connector.BringAsync(content, _metresPerUnit, _stop).ConfigureAwait(false);
                }
                catch (LampException error)
                {
                    problem = $"geometry '{content.Name}' could not be brought to {_connector.Address}: {error.Message}";
                }
                catch (OperationCanceledException)
                {
                    return problem;
                }
            }
            return problem;
        }
    }
}
