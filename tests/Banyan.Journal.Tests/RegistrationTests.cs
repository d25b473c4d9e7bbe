using System.Diagnostics.Metrics;
using Banyan.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Banyan.Journal.Tests;

public class RegistrationTests
{
    [Fact]
    public async Task AddJournal_InAHost_WorksAndMeasures()
    {
        await using var source = NpgsqlDataSource.Create(await PostgresServer.CreateDatabaseAsync());
        await JournalSchema.ApplyAsync(source);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(source).AddMetrics().AddJournal(new JournalOptions { Partition = "measured" });
        using var host = builder.Build();
        var measured = new System.Collections.Concurrent.ConcurrentDictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                // The factory's own meter: other tests of this process have meters of the same name.
                if (instrument.Meter.Name == "Banyan.Journal" && ReferenceEquals(instrument.Meter.Scope, host.Services.GetRequiredService<IMeterFactory>()))
                    l.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => measured.AddOrUpdate(instrument.Name, value, (_, old) => instrument.IsObservable ? value : old + value));
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => measured.AddOrUpdate(instrument.Name, value, (_, old) => old + value));
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => measured.AddOrUpdate(instrument.Name, value, (_, old) => old + value));
        listener.Start();
        await host.StartAsync();
        var journal = host.Services.GetRequiredService<IJournal>();

        for (var i = 0; i < 3; i++)
            await journal.CommitAsync(new Change { Answer = new StoredAnswer(200), Events = [JournalUnderTest.Event("1")] }, CancellationToken.None);
        using var patience = new CancellationTokenSource(JournalUnderTest.Patience);
        await foreach (var entry in journal.FollowAsync(0, null, patience.Token))
        {
            if (entry.Position == 3)
                break;
        }

        await JournalUnderTest.UntilAsync(() => Task.FromResult(measured.GetValueOrDefault("banyan.journal.sequencer.batch") == 3 && measured.ContainsKey("banyan.journal.sequencer.delay")), "the moves were measured");
        listener.RecordObservableInstruments();
        measured["banyan.journal.changes"].ShouldBe(3);
        measured["banyan.journal.commit.group"].ShouldBe(3);
        measured["banyan.journal.head"].ShouldBe(3);
        measured["banyan.journal.sequencer.delay"].ShouldBeGreaterThan(0);
        host.Services.GetRequiredService<JournalStatus>().State.ShouldBe(JournalState.Leading);
        await host.StopAsync();
        host.Services.GetRequiredService<JournalStatus>().State.ShouldBe(JournalState.Stopped);
    }

    [Fact]
    public void AddJournal_WrongOptions_IsRefusedAtOnce() =>
        Should.Throw<ArgumentException>(() => new ServiceCollection().AddJournal(new JournalOptions { Partition = "" })).Message.ShouldContain("Partition");
}
