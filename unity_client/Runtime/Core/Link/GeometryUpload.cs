#nullable enable
using System;
using System.Threading;
using System.Threading.Tasks;
using Proto = Lamp.Protocol;

namespace Lamp
{
    /// <summary>Brings geometry to a server that does not have it.</summary>
    internal static class GeometryUpload
    {
        private const string Ask = "/lamp.v1.MotionService/GetGeometry";
        private const string Upload = "/lamp.v1.MotionService/UploadGeometry";
        private const double AskS = 10.0;
        private const double UploadS = 60.0;
        private const int ChunkNumbers = 32_768; // 128 kB or a little more

        /// <summary>True when it had to be sent.</summary>
        public static async Task<bool> BringAsync(
            GrpcChannel channel, GeometryContent content, float metresPerUnit, CancellationToken cancel)
        {
            if (await KnownAsync(channel, content, metresPerUnit, cancel).ConfigureAwait(false))
            {
                return false;
            }
            var request = new Proto.UploadGeometryRequest();
            var response = new Proto.UploadGeometryResponse();
            using var call = new GrpcCall(channel, Upload, UploadS, null, cancel);
            Header(request.SetHeader(), content, metresPerUnit);
            await call.WriteAsync(request).ConfigureAwait(false);
            for (int at = 0; at < content.Values.Length; at += ChunkNumbers)
            {
                request.Clear();
                int count = Math.Min(ChunkNumbers, content.Values.Length - at);
                content.Values.AsSpan(at, count).CopyTo(request.SetChunk().Values.Append(count));
                await call.WriteAsync(request).ConfigureAwait(false);
            }
            for (int at = 0; at < content.Indices.Length; at += ChunkNumbers)
            {
                request.Clear();
                int count = Math.Min(ChunkNumbers, content.Indices.Length - at);
                content.Indices.AsSpan(at, count).CopyTo(request.SetChunk().Indices.Append(count));
                await call.WriteAsync(request).ConfigureAwait(false);
            }
            call.Complete();
            await call.ReadOnlyOneAsync(response).ConfigureAwait(false);
            Check(response.Info, content);
            return true;
        }

        private static async Task<bool> KnownAsync(
            GrpcChannel channel, GeometryContent content, float metresPerUnit, CancellationToken cancel)
        {
            var question = new Proto.GetGeometryRequest { Id = content.Id };
            WireConvert.Axes(question.SetCoordinateSystem(), metresPerUnit);
            var answer = new Proto.GetGeometryResponse();
            try
            {
                await GrpcCall.UnaryAsync(channel, Ask, question, answer, AskS, cancel).ConfigureAwait(false);
                return answer.Info != null && answer.Info.State != Proto.GeometryInfoState.Failed;
            }
            catch (LampException error) when (error.Status == LampStatus.NotFound)
            {
                return false;
            }
        }

        private static void Header(Proto.GeometryHeader to, GeometryContent content, float metresPerUnit)
        {
            to.Id = content.Id;
            to.Name = content.Name.Length > 64 ? content.Name.Substring(0, 64) : content.Name;
            WireConvert.Axes(to.SetCoordinateSystem(), metresPerUnit);
            switch (content.Kind)
            {
                case GeometryKind.Mesh:
                    to.SetMesh().VertexCount = (uint)(content.Values.Length / 3);
                    to.SetMesh().TriangleCount = (uint)(content.Indices.Length / 3);
                    break;
                case GeometryKind.Hull:
                    to.SetHull().VertexCount = (uint)(content.Values.Length / 3);
                    break;
                case GeometryKind.HeightField:
                    Proto.HeightField field = to.SetHeightField();
                    field.Columns = (uint)content.Columns;
                    field.Rows = (uint)content.Rows;
                    field.ColumnSpacing = content.ColumnSpacing;
                    field.RowSpacing = content.RowSpacing;
                    break;
            }
        }

        private static void Check(Proto.GeometryInfo? info, GeometryContent content)
        {
            if (info != null && info.State == Proto.GeometryInfoState.Failed)
            {
                throw InputCheck.Bad(content.Name, "geometry", info.Problem, "mend the mesh");
            }
        }
    }
}
