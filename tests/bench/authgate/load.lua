-- Asks for INSTANCES hosts (HOST, %d is the number) in turn, with the headers in HEADERS (one
-- `Name: value` a line; %s is the host), and writes what was seen as one JSON object.
local requests, turn = {}, 0

function init()
   for number = 0, tonumber(os.getenv("INSTANCES")) - 1 do
      local host, headers = os.getenv("HOST"):format(number), {}
      for name, value in os.getenv("HEADERS"):gmatch("([%w-]+): ([^\n]+)") do
         headers[name] = value:gsub("%%s", host)
      end
      requests[#requests + 1] = wrk.format("GET", nil, headers)
   end
end

function request()
   turn = turn % #requests + 1
   return requests[turn]
end

function done(summary, latency)
   local errors = summary.errors
   local broken = errors.connect + errors.read + errors.write + errors.timeout
   print(string.format(
      '{"requests": %d, "microseconds": %d, "p50": %d, "p99": %d, "refused": %d, "broken": %d}',
      summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
      errors.status, broken))
end
