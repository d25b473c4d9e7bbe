using System.Diagnostics;
using Banyan.Cells.Access;
using Banyan.Cells.Hosting;
using Banyan.Cells.Http;
using Banyan.Journal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Banyan.Cells.Gateway;

/// <summary>
/// What every request passes on its way to a service, in the cell's own process: one middleware, after routing. It gives
/// the request its id and trace, lets it in or refuses it by the cell's state, limits its time, sets the headers that
/// every answer has, asks <see cref="RequestGate"/> whether it may go on, and turns every error into a problem.
/// </summary>
/// <remarks>On the hot path: a read that completes at once leaves no state machine, no log line and no timer.</remarks>
internal sealed partial class CellGateway(RequestDelegate next, CellLife life, CellOptions options, RequestGate? gate, ILogger<CellGateway> logger)
{
    public Task InvokeAsync(HttpContext context)
    {
        var traits = context.GetEndpoint()?.Metadata.GetMetadata<EndpointTraits>() ?? EndpointTraits.Default;
        var activity = RequestTrace.Start(context.Request);
        var headers = context.Response.Headers;
        headers[RequestTrace.Header] = RequestTrace.Id();
        SecurityHeaders.Set(headers);

        if (options.Shed.Any && life.IsOpen && IsShed(context))
            return RefuseAsync(context, activity, ProblemKind.Shed);
        if (!TryEnter(traits))
            return RefuseAsync(context, activity, null);

        var lifetime = new RequestLifetime(context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>(), traits.TimeLimit, life.StreamsEnding, options.Time);
        context.Features.Set<IHttpRequestLifetimeFeature>(lifetime);

        // The endpoint is known, and nothing of the body was read.
        try
        {
            var serving = gate is null ? next(context) : ServeAsync(context, gate);
            if (!serving.IsCompletedSuccessfully || NeedsProblem(context.Response))
                return FinishAsync(context, serving, traits, lifetime, activity);
        }
#pragma warning disable CA1031 // every error is answered
        catch (Exception error)
#pragma warning restore CA1031
        {
            return FinishAsync(context, Task.FromException(error), traits, lifetime, activity);
        }

        End(traits, lifetime, activity);
        return Task.CompletedTask;
    }

    /// <summary>What an error's answer keeps of the headers that were set before it: the gateway's own.</summary>
    private static readonly string[] Kept = [RequestTrace.Header, "RateLimit", "RateLimit-Policy", "Access-Control-Allow-Origin", "Access-Control-Expose-Headers", "Vary"];

    private Task ServeAsync(HttpContext context, RequestGate asked)
    {
        var admission = asked.AdmitAsync(context);
        if (!admission.IsCompletedSuccessfully)
            return ServeAsync(context, admission);
        if (admission.Result is { } refusal)
            return refusal.WriteAsync(context);
        return MayChange(context.Request) ? ServeForAsync(context) : next(context);
    }

    /// <summary>What the request changes is its caller's: the journal notes who made each change. A method of its own, so that it ends with the request.</summary>
    private async Task ServeForAsync(HttpContext context)
    {
        JournalActor.Current = context.Caller() is { Kind: not CallerKind.Anonymous, Subject: { Length: > 0 } subject } ? subject : JournalActor.Anonymous;
        await next(context);
    }

    private static bool MayChange(HttpRequest request) => !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method);

    private async Task ServeAsync(HttpContext context, ValueTask<GatewayRefusal?> admission)
    {
        if (await admission is { } refusal)
            await refusal.WriteAsync(context);
        else
            await (MayChange(context.Request) ? ServeForAsync(context) : next(context));
    }

    private bool IsShed(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<ServiceEndpoint>() is { } endpoint && options.Shed.Contains(endpoint.Service);

    private bool TryEnter(EndpointTraits traits) =>
        traits.Always || (traits.Stream ? life.TryEnterStream() : life.TryEnter());

    private void End(EndpointTraits traits, RequestLifetime? lifetime, Activity? activity)
    {
        lifetime?.Dispose();
        activity?.Stop();
        if (traits.Always)
            return;
        if (traits.Stream)
            life.LeaveStream();
        else
            life.Leave();
    }

    private async Task FinishAsync(HttpContext context, Task serving, EndpointTraits traits, RequestLifetime lifetime, Activity? activity)
    {
        try
        {
            await serving;
            if (NeedsProblem(context.Response))
                await ProblemJson.WriteAsync(context, ProblemKind.OfStatus(context.Response.StatusCode));
        }
#pragma warning disable CA1031 // every error is answered
        catch (Exception error)
#pragma warning restore CA1031
        {
            await AnswerAsync(context, error, traits, lifetime);
        }
        finally
        {
            End(traits, lifetime, activity);
        }
    }

    private async Task AnswerAsync(HttpContext context, Exception error, EndpointTraits traits, RequestLifetime lifetime)
    {
        var response = context.Response;
        if (error is OperationCanceledException && traits.Stream && (life.StreamsEnding.IsCancellationRequested || lifetime.ClientGone))
            return; // a stream that ended as it should
        if (error is OperationCanceledException or IOException && lifetime.ClientGone)
        {
            if (!response.HasStarted)
                response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return;
        }

        var problem = ProblemKind.OfException(error, lifetime.TimedOut);
        if (problem.Status >= 500)
            LogFailed(logger, error, context.Request.Method, context.GetEndpoint()?.DisplayName ?? "no endpoint", problem.Code);
        if (response.HasStarted)
        {
            context.Abort(); // the status is gone; a cut connection is the only way left to say that the body is not whole
            return;
        }

        var kept = Array.ConvertAll(Kept, name => response.Headers[name]);
        response.Clear();
        for (var i = 0; i < Kept.Length; i++)
            response.Headers[Kept[i]] = kept[i];
        SecurityHeaders.Set(response.Headers);
        await ProblemJson.WriteAsync(context, problem);
    }

    /// <param name="context">The request.</param>
    /// <param name="activity">Its trace.</param>
    /// <param name="problem">Why; null where the cell's state says it, as it is when the answer is written.</param>
    private async Task RefuseAsync(HttpContext context, Activity? activity, ProblemKind? problem)
    {
        try
        {
            if (life.IsEnding)
                context.Response.Headers.Connection = "close";
            await ProblemJson.WriteAsync(context, problem ?? ProblemKind.OfState(life.State, life.IsUnleased));
        }
        finally
        {
            activity?.Stop();
        }
    }

    /// <summary>An error status without a body, such as routing's 404 and 405.</summary>
    private static bool NeedsProblem(HttpResponse response) =>
        response.StatusCode >= 400 && !response.HasStarted && response.ContentType is null && response.ContentLength is null or 0;

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Endpoint} failed: {Code}")]
    private static partial void LogFailed(ILogger logger, Exception error, string method, string endpoint, string code);
}

internal static class CellGatewayExtensions
{
    public static void UseGateway(this WebApplication app)
    {
        var services = app.Services;
        app.Use(next => new CellGateway(next, services.GetRequiredService<CellLife>(), services.GetRequiredService<CellOptions>(), services.GetService<RequestGate>(), services.GetRequiredService<ILogger<CellGateway>>()).InvokeAsync);
    }
}
