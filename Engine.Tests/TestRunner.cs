using System.Diagnostics;
using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace ManualVae.Tests;

/// <summary>
/// Runs tests of this assembly where no SDK is installed, as on a machine that is lent for its device: a line for each failure,
/// and the counts.
/// </summary>
internal sealed class TestRunner : LongLivedMarshalByRefObject, IMessageSink
{
    private readonly List<ITestCase> _found = [];
    private TaskCompletionSource _done = new();
    private int _passed, _failed, _skipped;

    /// <summary>Runs the tests whose full name contains the words, a class one after the other.</summary>
    /// <param name="names">Parts of names; a test with any of them runs.</param>
    /// <param name="output">Receives the lines.</param>
    /// <returns>0 if some ran and none failed.</returns>
    public static int Run(IReadOnlyCollection<string> names, TextWriter output)
    {
        var watch = Stopwatch.StartNew();
        var runner = new TestRunner(output);
        var assembly = Reflector.Wrap(typeof(TestRunner).Assembly);
        using var framework = new XunitTestFramework(runner);
        using (var discoverer = framework.GetDiscoverer(assembly))
        {
            discoverer.Find(includeSourceInformation: false, runner, new Options());
            runner.Wait();
        }
        ITestCase[] chosen = [.. runner._found.Where(test =>
            names.Any(name => $"{test.TestMethod.TestClass.Class.Name}.{test.TestMethod.Method.Name}".Contains(
                name, StringComparison.Ordinal)))];
        using (var executor = framework.GetExecutor(typeof(TestRunner).Assembly.GetName()))
        {
            executor.RunTests(chosen, runner, new Options());
            runner.Wait();
        }
        output.WriteLine($"{runner._passed} passed, {runner._failed} failed, {runner._skipped} skipped in "
            + $"{watch.Elapsed.TotalSeconds:0} s");
        return runner._failed == 0 && runner._passed > 0 ? 0 : 1;
    }

    private TestRunner(TextWriter output) => Output = output;

    private TextWriter Output { get; }

    /// <summary>Until all tests are found, or have run.</summary>
    private void Wait()
    {
        _done.Task.GetAwaiter().GetResult();
        _done = new();
    }

    /// <inheritdoc/>
    public bool OnMessage(IMessageSinkMessage message)
    {
        switch (message)
        {
            case ITestCaseDiscoveryMessage found: _found.Add(found.TestCase); break;
            case IDiscoveryCompleteMessage or ITestAssemblyFinished: _done.SetResult(); break;
            case ITestPassed: Interlocked.Increment(ref _passed); break;
            case ITestFailed failed:
                Interlocked.Increment(ref _failed);
                string why = string.Join(" | ", failed.Messages).ReplaceLineEndings(" ");
                Output.WriteLine($"FAIL {failed.Test.DisplayName}: {why}");
                break;
            case ITestSkipped skipped:
                if (Interlocked.Increment(ref _skipped) == 1) Output.WriteLine($"skipped: {skipped.Reason}");
                break;
        }
        return true;
    }

    /// <summary>A class at a time: two backends on one device would slow each other down.</summary>
    private sealed class Options : ITestFrameworkDiscoveryOptions, ITestFrameworkExecutionOptions
    {
        private readonly Dictionary<string, object?> _values = new()
        {
            ["xunit.execution.DisableParallelization"] = true, ["xunit.execution.SynchronousMessageReporting"] = true,
        };

        public TValue GetValue<TValue>(string name) => _values.TryGetValue(name, out object? value) ? (TValue)value! : default!;

        public void SetValue<TValue>(string name, TValue value) => _values[name] = value;
    }
}
