# Evaluates a Vagrantfile without Vagrant and prints what it sets, as JSON: a list of [setting, arguments]. Settings of
# a machine begin with its name, those of a provider with the provider's.
#
# Usage: ruby recordVagrantfile.rb VAGRANTFILE VAGRANT_HOME HOST_OS HOST_CPU
#   HOST_OS, HOST_CPU: as Ruby names them: linux-gnu x86_64, darwin23 arm64, mingw32 x64

require 'json'
require 'rbconfig'

RbConfig::CONFIG['host_os'] = ARGV.fetch(2)
RbConfig::CONFIG['host_cpu'] = ARGV.fetch(3)

module Vagrant
  module Errors
    class VagrantError < StandardError
      def initialize
        super(error_message)
      end
    end
  end

  def self.user_data_path
    ARGV.fetch(1)
  end

  def self.has_plugin?(_name)
    true
  end

  def self.configure(_version)
    yield Recorder.new([])
  end
end

LOG = []

# Takes every call down. Namespaces give a recorder of their own, blocks are run with recorders.
class Recorder < BasicObject
  NAMESPACES = %i[vm ssh vmx vbguest].freeze

  def initialize(path)
    @path = path
  end

  def method_missing(name, *arguments, &block)
    return ::Recorder.new(@path + [name]) if NAMESPACES.include?(name) && arguments.empty? && block.nil?

    if block.nil?
      ::LOG << [(@path + [name]).join('.'), arguments]
    else
      inner = name == :define ? [arguments.first] : @path[0...-1] + [arguments.first]
      block.call(::Recorder.new(inner), ::Recorder.new(inner + ['override']))
    end
    nil
  end

  def respond_to_missing?(*)
    true
  end
end

begin
  load ARGV.fetch(0)
  puts JSON.pretty_generate(LOG)
rescue Vagrant::Errors::VagrantError => e
  warn e.message
  exit 1
end
