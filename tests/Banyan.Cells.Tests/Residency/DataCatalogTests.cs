using Banyan.Cells.Residency;

namespace Banyan.Cells.Tests.Residency;

public class DataCatalogTests
{
    [Fact]
    public void ClassOf_NothingIsSaid_IsTheStrictest() => Catalog(new ServiceData()).ClassOf("notes.unsaid").ShouldBe(ResidencyClass.Personal);

    [Fact]
    public void Tables_OfPersons_AreDeletedInTheOrderOfTheStatement()
    {
        var catalog = Catalog(new ServiceData { Tables = [TableData.OfPersons("notes.visit", PersonRows.OfColumn("person")), TableData.OfPersons("notes.person", PersonRows.OfColumn("id"))] });

        catalog.Tables.Where(static t => t.Service == "notes").Select(static t => t.Table.Name).ShouldBe(["notes.visit", "notes.person"]);
    }

    public static TheoryData<TableData, string> Contradictions => new()
    {
        { new TableData("note", ResidencyClass.Public), "must be named with its schema" },
        { new TableData("notes.note; DROP TABLE x", ResidencyClass.Public), "must be named with its schema" },
        { new TableData("notes.note", ResidencyClass.Personal), "says how a person's rows are found" },
        { new TableData("notes.note", ResidencyClass.Public) { Rows = PersonRows.OfColumn("subject") }, "says how a person's rows are found" },
        { TableData.OfPersons("notes.note", new PersonRows()), "neither how a person's rows are found" },
        { TableData.OfPersons("notes.note", new PersonRows { Where = "true" }), "does not name the person" },
        { new TableData("journal.entry", ResidencyClass.Public), "is stated twice" },
    };

    [Theory]
    [MemberData(nameof(Contradictions))]
    public void Make_StatementThatCantBe_IsRefused(TableData table, string says) =>
        Should.Throw<ArgumentException>(() => Catalog(new ServiceData { Tables = [table] })).Message.ShouldContain(says);

    [Fact]
    public void Make_TwoServicesDisagreeOnATopic_IsRefused() =>
        Should.Throw<ArgumentException>(() => new DataCatalog(
        [
            new TestService { Name = "one", Data = new ServiceData { Topics = [new("alerts.requested", ResidencyClass.Public)] } },
            new TestService { Name = "two", Data = new ServiceData { Topics = [new("alerts.requested", ResidencyClass.Internal)] } },
        ])).Message.ShouldContain("alerts.requested");

    private static DataCatalog Catalog(ServiceData data) => new([new TestService { Data = data }]);
}
