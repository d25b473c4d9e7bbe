using Banyan.Control.Credentials;

namespace Banyan.Control.Drills.Load;

/// <summary>Where a drill's clients leave their marks: a run of the service <c>drills</c>, of one region's residents.</summary>
/// <param name="Region">The region.</param>
/// <param name="Id">The run.</param>
/// <param name="Keys">What its clients show, one each; none where nobody is asked.</param>
internal sealed record LoadRun(string Region, Guid Id, IReadOnlyList<ApiCredential> Keys)
{
    /// <summary>A request about this run, by a front door.</summary>
    /// <param name="method">Its method.</param>
    /// <param name="door">The front door.</param>
    /// <param name="path">What of the run.</param>
    /// <param name="client">Which client asks, from 1; 0: the drill itself.</param>
    public HttpRequestMessage Request(HttpMethod method, Uri door, string path, int client = 0)
    {
        var request = new HttpRequestMessage(method, new Uri(door, $"/drills/v1/runs/{Id}/{path}"));
        request.Headers.Add("Banyan-Region", Region);
        if (Keys.Count > 0)
            Keys[client % Keys.Count].AddTo(request.Headers);
        return request;
    }
}
