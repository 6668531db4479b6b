using ManualVae.Tools;
using Xunit;

namespace ManualVae.Tests.Tools;

public class ReadableTests
{
    /// <summary>What a spreadsheet would run is text there; numbers are numbers.</summary>
    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0")]
    [InlineData("-2+3", "'-2+3")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("\r=1", "\"'\r=1\"")]
    [InlineData("=HYPERLINK(\"a\",1)", "\"'=HYPERLINK(\"\"a\"\",1)\"")]
    [InlineData("-5", "-5")]
    [InlineData("+1e-3", "+1e-3")]
    [InlineData("-", "'-")]
    [InlineData("a=1", "a=1")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("", "")]
    public void A_field_of_a_csv_file_is_no_formula(string text, string field) => Assert.Equal(field, Readable.CsvField(text));

    /// <summary>Ids stay, but for those that would act.</summary>
    [Theory]
    [InlineData("@jane", "@jane")]
    [InlineData("=a", "=a")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("item (2)", "item (2)")]
    [InlineData("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0")]
    [InlineData("=HYPERLINK(\"a\",1)", "\"'=HYPERLINK(\"\"a\"\",1)\"")]
    public void An_id_of_a_csv_file_stays_unless_it_acts(string id, string field) => Assert.Equal(field, Readable.CsvId(id));
}
