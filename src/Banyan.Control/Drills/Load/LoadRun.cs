namespace Banyan.Control.Drills.Load;

/// <summary>Where a drill's clients leave their marks: a run of the service <c>drills</c>, of one region's residents.</summary>
/// <param name="Region">The region.</param>
/// <param name="Id">The run.</param>
internal sealed record LoadRun(string Region, Guid Id)
{
    /// <summary>A request about this run, by a front door.</summary>
    public HttpRequestMessage Request(HttpMethod method, Uri door, string path)
    {
        var request = new HttpRequestMessage(method, new Uri(door, $"/drills/v1/runs/{Id}/{path}"));
        request.Headers.Add("Banyan-Region", Region);
        return request;
    }
}
