using Banyan.Engines.Postgres;

namespace Banyan.Engines.Tests.Postgres;

public class ServerLogTests
{
    [Theory]
    [InlineData("LOG:  could not bind IPv4 address \"127.0.0.1\": Address already in use\nFATAL:  could not create any TCP/IP sockets", PostgresFailure.PortTaken)]
    [InlineData("FATAL:  could not write lock file \"postmaster.pid\": No space left on device", PostgresFailure.NoSpace)]
    [InlineData("FATAL:  database files are incompatible with server\nDETAIL:  ...", PostgresFailure.OtherVersion)]
    [InlineData("FATAL:  lock file \"postmaster.pid\" already exists\nHINT:  Is another postmaster (PID 7) running?", PostgresFailure.InUse)]
    [InlineData("FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use", PostgresFailure.InUse)]
    [InlineData("FATAL:  could not open file \"global/pg_filenode.map\": Permission denied", PostgresFailure.NoPermission)]
    [InlineData("PANIC:  could not locate a valid checkpoint record", PostgresFailure.Crashed)]
    [InlineData("", PostgresFailure.Crashed)]
    public void ExplainStart_WhatPostgresSays_IsNamed(string words, PostgresFailure failure)
    {
        var error = ServerLog.ExplainStart("/data/x", 1234, words);
        error.Failure.ShouldBe(failure);
        error.Message.ShouldContain("/data/x");
        error.Message.ShouldNotContain("\n");
    }

    [Fact]
    public void ExplainEnd_SessionsDiedToo_OnlyTheServersOwnWordsCount()
    {
        const string Words = "2026-01-01 00:00:00 UTC [77] me FATAL:  password authentication failed\n2026-01-01 00:00:00 UTC [12] LOG:  received fast shutdown request\n";
        ServerLog.ExplainEnd("/data/x", 12, Words).Message.ShouldContain("received fast shutdown request");
        ServerLog.ExplainEnd("/data/x", 13, Words).Message.ShouldContain("without a word");
    }

    [Fact]
    public void LastWords_GravestLast_IsChosen() =>
        ServerLog.LastWords("LOG: a\nFATAL:  one\nFATAL:  two\nLOG:  shut down").ShouldBe("FATAL:  two");
}
