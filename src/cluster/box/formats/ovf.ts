import type { BoxArchitecture } from '../contract.ts';

/** A machine as VirtualBox is to import it. Size is Vagrant's to change. */
export interface OvfMachine {
  readonly name: string;
  readonly architecture: BoxArchitecture;
  readonly disk: { readonly file: string; readonly bytes: number };
}

/** VirtualBox's names of guest systems: they choose graphics, clock and paravirtualisation. */
const OS_TYPES: Readonly<Record<BoxArchitecture, string>> = { amd64: 'Debian_64', arm64: 'Debian_arm64' };
const MEMORY_MEBIBYTES = 1024;
const CIM = 'http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2';
const VMDK = 'http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized';

/** The controller of the disk: what VirtualBox itself gives a Debian of that processor. */
const CONTROLLERS: Readonly<Record<BoxArchitecture, { readonly name: string; readonly subType: string }>> = {
  amd64: { name: 'SATA', subType: 'AHCI' },
  arm64: { name: 'VirtioSCSI', subType: 'VirtioSCSI' },
};

/** A machine with one processor, one disk, and a paravirtual network card on NAT (OVF 1.0, DMTF DSP0243). */
export function ovf({ name, architecture, disk }: OvfMachine): string {
  return `<?xml version="1.0"?>
<Envelope ovf:version="1.0" xml:lang="en-US" xmlns="http://schemas.dmtf.org/ovf/envelope/1"
  xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" xmlns:rasd="${CIM}/CIM_ResourceAllocationSettingData"
  xmlns:vssd="${CIM}/CIM_VirtualSystemSettingData" xmlns:vbox="http://www.virtualbox.org/ovf/machine">
  <References>
    <File ovf:id="file1" ovf:href="${disk.file}"/>
  </References>
  <DiskSection>
    <Info>Disks</Info>
    <Disk ovf:diskId="disk1" ovf:fileRef="file1" ovf:capacity="${disk.bytes}" ovf:format="${VMDK}" vbox:uuid="${DISK_ID}"/>
  </DiskSection>
  <NetworkSection>
    <Info>Networks</Info>
    <Network ovf:name="NAT"><Description>Vagrant's own network</Description></Network>
  </NetworkSection>
  <VirtualSystem ovf:id="${name}">
    <Info>A node</Info>
    <OperatingSystemSection ovf:id="96">
      <Info>Debian</Info>
      <Description>${OS_TYPES[architecture]}</Description>
      <vbox:OSType ovf:required="false">${OS_TYPES[architecture]}</vbox:OSType>
    </OperatingSystemSection>
    <VirtualHardwareSection>
      <Info>Hardware</Info>
      <System>
        <vssd:ElementName>Virtual Hardware Family</vssd:ElementName>
        <vssd:InstanceID>0</vssd:InstanceID>
        <vssd:VirtualSystemIdentifier>${name}</vssd:VirtualSystemIdentifier>
        <vssd:VirtualSystemType>virtualbox-2.2</vssd:VirtualSystemType>
      </System>${items([
        { ElementName: '1 virtual CPU', ResourceType: '3', VirtualQuantity: '1' },
        {
          AllocationUnits: 'MegaBytes',
          ElementName: 'Memory',
          ResourceType: '4',
          VirtualQuantity: String(MEMORY_MEBIBYTES),
        },
        {
          Address: '0',
          ElementName: CONTROLLERS[architecture].name,
          ResourceSubType: CONTROLLERS[architecture].subType,
          ResourceType: '20',
        },
        {
          AddressOnParent: '0',
          ElementName: 'Disk',
          HostResource: 'ovf:/disk/disk1',
          Parent: '3',
          ResourceType: '17',
        },
        {
          AutomaticAllocation: 'true',
          Connection: 'NAT',
          ElementName: 'Network',
          ResourceSubType: 'virtio-net',
          ResourceType: '10',
        },
      ])}
    </VirtualHardwareSection>${architecture === 'arm64' ? armMachine(name) : ''}
  </VirtualSystem>
</Envelope>
`;
}

/** Which disk of the description is meant: VirtualBox gives the imported one an id of its own. */
const DISK_ID = '5a1b1d0e-6f5c-4f0e-9c5e-7f3f0a8e2d11';
const MACHINE_ID = '0d0c2a57-3c52-4c0b-8a52-1f6f5f5e9b64';

/**
 * OVF has no words for another platform than x86: VirtualBox (7.1 and later) takes it from a section of its own, which
 * is as its `export` writes it. What is not said here is the platform's default.
 */
function armMachine(name: string): string {
  const { name: controller, subType } = CONTROLLERS.arm64;
  return `
    <vbox:Machine ovf:required="false" version="1.20-linux" uuid="{${MACHINE_ID}}" name="${name}"
      OSType="${OS_TYPES.arm64}" snapshotFolder="Snapshots" lastStateChange="2026-01-01T00:00:00Z">
      <ovf:Info>Complete VirtualBox machine configuration in VirtualBox format</ovf:Info>
      <Hardware>
        <Memory RAMSize="${MEMORY_MEBIBYTES}"/>
        <HID Pointing="USBTablet" Keyboard="USBKeyboard"/>
        <Display controller="VMSVGA" VRAMSize="16"/>
        <Firmware type="EFI">
          <SmbiosUuidLittleEndian enabled="true"/>
          <AutoSerialNumGen enabled="true"/>
        </Firmware>
        <USB>
          <Controllers>
            <Controller name="xHCI" type="XHCI"/>
          </Controllers>
        </USB>
        <Network>
          <Adapter slot="0" enabled="true" type="virtio">
            <NAT localhost-reachable="true"/>
          </Adapter>
        </Network>
        <AudioAdapter enabled="false"/>
        <StorageControllers>
          <StorageController name="${controller}" type="${subType}" PortCount="2" useHostIOCache="false" Bootable="true">
            <AttachedDevice type="HardDisk" hotpluggable="false" port="0" device="0">
              <Image uuid="{${DISK_ID}}"/>
            </AttachedDevice>
          </StorageController>
        </StorageControllers>
      </Hardware>
      <Platform architecture="ARM">
        <RTC localOrUTC="UTC"/>
        <Chipset type="ARMv8Virtual"/>
        <CPU/>
        <arm>
          <CPU/>
        </arm>
      </Platform>
    </vbox:Machine>`;
}

/** Hardware in order: an item's id is its place, from 1 on. Properties go in the schema's order, which is alphabetical. */
function items(list: readonly Readonly<Record<string, string>>[]): string {
  return list
    .map((item, i) => {
      const properties = Object.entries({ ...item, InstanceID: String(i + 1) })
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => `\n        <rasd:${key}>${value}</rasd:${key}>`);
      return `\n      <Item>${properties.join('')}\n      </Item>`;
    })
    .join('');
}
