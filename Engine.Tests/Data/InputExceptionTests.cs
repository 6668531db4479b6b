using ManualVae.Data;
using Xunit;

namespace ManualVae.Tests.Data;

public class InputExceptionTests
{
    [Fact]
    public void A_message_names_properties_and_the_caller_may_name_them_otherwise()
    {
        var problem = InputException.About(
            $"{InputException.Setting("BatchSize")} is {0.5}; it must be at least {InputException.Setting("MinRows")}.");
        Assert.Equal("BatchSize is 0.5; it must be at least MinRows.", problem.Message);
        Assert.Equal("--BatchSize is 0.5; it must be at least --MinRows.", problem.Describe(name => $"--{name}"));
    }

    [Fact]
    public void A_message_without_settings_stays_as_it_is() =>
        Assert.Equal("a {file}: missing", new InputException("a {file}: missing").Describe(name => name + "!"));
}
