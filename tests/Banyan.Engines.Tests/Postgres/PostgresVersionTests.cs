using Banyan.Engines.Postgres;

namespace Banyan.Engines.Tests.Postgres;

public class PostgresVersionTests
{
    [Theory]
    [InlineData("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", 15, 18)]
    [InlineData("postgres (PostgreSQL) 18beta1", 18, 0)]
    [InlineData("16.4", 16, 4)]
    [InlineData("17", 17, 0)]
    public void Parse_WhatPostgresSays_IsRead(string text, int major, int minor) =>
        PostgresVersion.Parse(text).ShouldBe(new PostgresVersion(major, minor));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("command not found")]
    [InlineData("99999999999999")]
    public void Parse_AnythingElse_IsNull(string? text) => PostgresVersion.Parse(text).ShouldBeNull();

    [Fact]
    public void CompareTo_MinorsOfTwoDigits_CompareAsNumbers() => (new PostgresVersion(15, 9) < new PostgresVersion(15, 18)).ShouldBeTrue();
}
