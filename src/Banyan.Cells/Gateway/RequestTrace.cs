using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Banyan.Cells.Gateway;

/// <summary>
/// The request's place in a trace (W3C Trace Context). A change, and a request that came with <c>traceparent</c>, runs in
/// an activity, so that its journal entries, log lines and outgoing calls carry the trace on. A plain read gets an id only.
/// </summary>
internal static class RequestTrace
{
    /// <summary>Response header: the request's id, which is its trace id.</summary>
    public const string Header = "Banyan-Request-Id";

    /// <summary>Starts an activity where there is need of one and the host has not; the caller stops it.</summary>
    public static Activity? Start(HttpRequest request)
    {
        if (Activity.Current is not null)
            return null;
        var parent = request.Headers.TraceParent;
        if (parent.Count == 0 && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)))
            return null;
        var activity = new Activity("http.request");
        if (parent.Count == 1 && ActivityContext.TryParse(parent[0], request.Headers.TraceState, isRemote: true, out var context))
        {
            activity.SetParentId(context.TraceId, context.SpanId, context.TraceFlags);
            activity.TraceStateString = context.TraceState;
        }

        return activity.Start();
    }

    /// <summary>The request's id: 32 hexadecimal digits.</summary>
    public static string Id() => (Activity.Current?.TraceId ?? ActivityTraceId.CreateRandom()).ToHexString();
}
