using Banyan.Cells.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Banyan.Cells.Tests.Personal;

/// <summary>Stands where the gateway makes sure of callers: a request's headers say who asks.</summary>
internal sealed class TestCallers : IStartupFilter
{
    public static void AddTo(WebApplicationBuilder builder) => builder.Services.AddSingleton<IStartupFilter>(new TestCallers());

    /// <summary>A client whose requests are a caller's.</summary>
    public static HttpClient Client(TestCell cell, CallerKind kind, string subject, string? home = "north", string? purpose = null)
    {
        var client = new HttpClient { BaseAddress = cell.Address };
        client.DefaultRequestHeaders.Add("Test-Kind", kind.ToString());
        client.DefaultRequestHeaders.Add("Test-Subject", subject);
        if (home is not null)
            client.DefaultRequestHeaders.Add("Test-Home", home);
        if (purpose is not null)
            client.DefaultRequestHeaders.Add("Banyan-Purpose", purpose);
        return client;
    }

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((context, rest) =>
        {
            var headers = context.Request.Headers;
            if (headers["Test-Kind"] is [{ } kind])
                context.Features.Set(new Caller { Kind = Enum.Parse<CallerKind>(kind), Subject = headers["Test-Subject"].ToString(), Home = headers["Test-Home"] is [{ } home] ? home : null });
            return rest(context);
        });
        next(app);
    };
}
